//! Time, memory, rows, cancellation: each limit stops a query and says so.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use engine::sql::{SqlError, SqlLimits, SqlRequest, query};

use crate::fixture::{ask, limited, province, rows};

/// 25,600 × 25,600 pairs of parcels through an exact predicate: hours.
const ENDLESS: &str =
    "SELECT count(*) FROM parcels a, parcels b WHERE ST_Distance(a.geom, b.geom) > a.so_thua + 1e9";

#[test]
fn the_deadline_stops_a_join_that_would_run_for_hours() {
    let (twin, time) = (province(), Duration::from_millis(300));
    let begun = Instant::now();
    let answer = query(
        &twin,
        &limited(
            ENDLESS,
            SqlLimits {
                time,
                ..SqlLimits::default()
            },
        ),
    );
    assert_eq!(
        answer.map(|answer| answer.rows()),
        Err(SqlError::Timeout { limit: time })
    );
    assert!(
        begun.elapsed() < time + Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    // The threads are free again: a small query is answered at once.
    assert!(ask(&twin, "SELECT 1").unwrap().elapsed < Duration::from_secs(5));
}

#[test]
fn a_cancelled_query_ends() {
    let request = SqlRequest::new(ENDLESS);
    let cancel = request.cancel.clone();
    let stopper = thread::Builder::new()
        .name("stopper".to_owned())
        .spawn(move || {
            thread::park_timeout(Duration::from_millis(200));
            cancel.cancel();
        });
    let begun = Instant::now();
    assert_eq!(
        query(&province(), &request).map(|answer| answer.rows()),
        Err(SqlError::Cancelled)
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    stopper.unwrap().join().unwrap();
}

#[test]
fn sorting_and_answers_stay_within_the_memory_limit() {
    let limits = SqlLimits {
        memory_bytes: 1 << 20,
        rows: usize::MAX,
        ..SqlLimits::default()
    };
    for text in [
        "SELECT value FROM generate_series(1, 2000000) ORDER BY value DESC",
        "SELECT value FROM generate_series(1, 2000000)",
        "SELECT value, count(*) FROM generate_series(1, 2000000) GROUP BY value",
    ] {
        let answer = query(&province(), &limited(text, limits));
        assert_eq!(
            answer.map(|answer| answer.rows()),
            Err(SqlError::Memory {
                limit_bytes: 1 << 20
            }),
            "{text}"
        );
    }
}

#[test]
fn no_query_overflows_a_stack() {
    let chain = |term: &str, operator: &str, terms: usize| vec![term; terms].join(operator);
    for text in [
        format!("SELECT {}", chain("1", " + ", 20_000)),
        format!("SELECT {}", chain("true", " OR ", 20_000)),
        format!("SELECT 1 FROM {}", chain("parcels", ", ", 20_000)),
        chain("SELECT 1", " UNION ALL ", 10_000),
    ] {
        let refused = ask(&province(), &text).map(|answer| answer.rows());
        assert!(
            matches!(refused, Err(SqlError::Invalid { .. })),
            "{refused:?}"
        );
    }
    // The longest that are let in: whether they are answered in time does not matter, only that the process lives.
    let time = Duration::from_secs(6);
    let nested = "GEOMETRYCOLLECTION(".repeat(5_000) + "POINT(1 1)" + &")".repeat(5_000);
    for text in [
        format!("SELECT {}", chain("1", " + ", 1_990)),
        format!("SELECT {}", chain("SELECT 1", " UNION ALL ", 490)),
        format!("SELECT ST_GeomFromText('{nested}') AS geom"),
    ] {
        let limits = SqlLimits {
            time,
            ..SqlLimits::default()
        };
        query(&province(), &limited(&text, limits)).ok();
    }
    assert_eq!(rows(&province(), "SELECT 1 + 1"), serde_json::json!([[2]]));
}

#[test]
fn functions_do_not_make_texts_beyond_all_bounds() {
    for text in [
        "SELECT repeat('x', 10000000000)",
        "SELECT repeat(repeat('x', 1000000), 1000000)",
        "SELECT lpad('x', 2000000000)",
        "SELECT rpad(ma_dat, 100000, 'y') FROM parcels",
    ] {
        let error = ask(&province(), text)
            .map(|answer| answer.rows())
            .unwrap_err();
        assert!(
            error.to_string().contains("bytes of text"),
            "{text}: {error}"
        );
    }
    assert!(ask(&province(), "SELECT array_repeat(1, 10000000000)").is_err());
    assert_eq!(
        rows(&province(), "SELECT lpad('7', 3, '0'), repeat('ab', 2)"),
        serde_json::json!([["007", "abab"]])
    );
}

#[test]
fn queries_without_spatial_functions_leave_the_threads_at_the_deadline_too() {
    let (twin, time) = (province(), Duration::from_millis(200));
    for endless in [
        "SELECT count(*) FROM parcels a, parcels b, parcels c WHERE a.so_thua + b.so_thua * c.so_thua = 7",
        "SELECT sum(a.value * b.value) FROM generate_series(1, 10000000) a, generate_series(1, 10000000) b",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "SELECT count(*) FROM parcels a JOIN parcels b ON ST_Intersects(ST_Buffer(a.geom, 0.1), ST_Buffer(b.geom, 0.1))",
    ] {
        for _ in 0..4 {
            let answer = query(
                &twin,
                &limited(
                    endless,
                    SqlLimits {
                        time,
                        ..SqlLimits::default()
                    },
                ),
            );
            assert_eq!(
                answer.map(|answer| answer.rows()),
                Err(SqlError::Timeout { limit: time }),
                "{endless}"
            );
        }
        let freed = Instant::now();
        let next = ask(&twin, "SELECT count(*) FROM parcels").unwrap();
        println!("{:?} {endless}", freed.elapsed());
        assert!(
            next.elapsed < Duration::from_secs(5),
            "{endless}: {:?}",
            next.elapsed
        );
    }
}

#[test]
fn a_query_may_be_long_and_deep() {
    let many = (0..200)
        .map(|number| format!("so_thua = {number}"))
        .collect::<Vec<_>>()
        .join(" OR ");
    assert_eq!(
        rows(
            &province(),
            &format!("SELECT count(*) FROM parcels WHERE {many}")
        ),
        serde_json::json!([[200]])
    );
    let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(ask(&province(), &deep).is_err_and(|error| error.is_callers()));
    let long = format!("SELECT '{}'", "x".repeat(300_000));
    assert!(ask(&province(), &long).is_err_and(|error| error.is_callers()));
}

#[test]
fn too_many_rows_are_cut_and_the_answer_says_so() {
    let limits = SqlLimits {
        rows: 10,
        ..SqlLimits::default()
    };
    let cut = query(&province(), &limited("SELECT fid FROM parcels", limits)).unwrap();
    assert_eq!((cut.rows(), cut.truncated), (10, true));
    let whole = query(
        &province(),
        &limited("SELECT fid FROM parcels LIMIT 10", limits),
    )
    .unwrap();
    assert_eq!((whole.rows(), whole.truncated), (10, false));
}

#[test]
fn a_small_query_costs_little_beside_its_work() {
    let twin = province();
    ask(&twin, "SELECT 1").unwrap();
    let best = (0..20)
        .map(|_| ask(&twin, "SELECT 1").unwrap().elapsed)
        .min()
        .unwrap();
    let window = "SELECT so_thua FROM parcels WHERE ST_Intersects(geom, ST_MakeEnvelope(106.3001, 20.9001, 106.3062, 20.9062))";
    let best_window = (0..20)
        .map(|_| ask(&twin, window).unwrap().elapsed)
        .min()
        .unwrap();
    println!("SELECT 1: {best:?}; window of 4 parcels: {best_window:?}");
    assert!(best < Duration::from_millis(100), "{best:?}");
    drop(Arc::clone(&twin));
}
