//! Rows as they come: the pace is the reader's, the end is told, and nothing runs for nobody.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use arrow::{array::AsArray as _, datatypes::Int64Type};
use engine::{
    TwinSnapshot,
    output::{Encoder, Ending, Format, encode},
    sql::{SqlError, SqlLimits, SqlParameters, SqlRequest, describe, query, stream},
};

use crate::fixture::{ask, limited, province};

/// Rows of one pair each, without an end that anyone waits for.
const PAIRS: &str = "SELECT a.fid, b.fid AS other FROM parcels a, parcels b";

#[test]
fn the_batches_are_the_rows_of_the_whole_answer() {
    let twin = province();
    let request = SqlRequest::new("SELECT fid, so_thua, geom FROM parcels ORDER BY fid");
    let whole = query(&twin, &request).unwrap();
    let mut rows = stream(&twin, &request).unwrap();
    assert_eq!(rows.schema(), &whole.schema);
    let batches: Vec<_> = rows.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!(batches, whole.batches);
    assert!(!rows.truncated() && rows.next().is_none());
}

#[test]
fn only_waiting_counts_as_time() {
    let time = Duration::from_millis(400);
    let limits = SqlLimits {
        time,
        rows: usize::MAX,
        ..SqlLimits::default()
    };
    let mut rows = stream(&province(), &limited(PAIRS, limits)).unwrap();
    rows.next().unwrap().unwrap();
    thread::sleep(time * 2);
    assert!(
        rows.next().unwrap().is_ok(),
        "the reader was busy, not the query"
    );
    let begun = Instant::now();
    let failed = rows.find_map(Result::err);
    assert_eq!(failed, Some(SqlError::Timeout { limit: time }));
    assert!(begun.elapsed() < time + Duration::from_secs(5));
    assert!(rows.next().is_none(), "after an error there is nothing");
}

#[test]
fn a_query_waits_for_its_reader_and_is_cut_at_the_row_limit() {
    let limits = SqlLimits {
        rows: 100_000,
        ..SqlLimits::default()
    };
    let mut rows = stream(&province(), &limited(PAIRS, limits)).unwrap();
    let count: usize = rows.by_ref().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!((count, rows.truncated()), (100_000, true));
    drop(rows);
    assert_eq!(ask(&province(), "SELECT 1").unwrap().rows(), 1);
}

#[test]
fn a_failure_after_the_first_rows_ends_the_stream_with_its_reason() {
    // Far behind the first rows, whichever thread is quicker.
    let query = "SELECT 1 / (1900000 - value) FROM generate_series(1, 2000000)";
    let limits = SqlLimits {
        rows: usize::MAX,
        ..SqlLimits::default()
    };
    let outcomes: Vec<_> = stream(&province(), &limited(query, limits))
        .unwrap()
        .collect();
    assert!(outcomes.len() > 1 && outcomes[0].is_ok());
    assert!(
        matches!(outcomes.last(), Some(Err(SqlError::Execution { .. }))),
        "{outcomes:?}"
    );
}

#[test]
fn a_query_describes_itself_without_values() {
    let query = "SELECT fid, geom, so_thua + $2 AS n FROM parcels WHERE so_thua > $1 AND ten = $10";
    let query = query.replace("ten = $10", "ma_dat = $3");
    let described = describe(&province(), &SqlRequest::new(query)).unwrap();
    let names = |schema: &arrow::datatypes::Schema| {
        let fields = schema.fields().iter();
        fields.map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&described.schema), ["fid", "geom", "n"]);
    assert_eq!(names(&described.parameters), ["$1", "$2", "$3"]);
    assert!(described.parameters.field(0).data_type().is_integer());
    let wrong = describe(&province(), &SqlRequest::new("SELECT * FROM parcel"));
    assert!(wrong.unwrap_err().to_string().contains("\"parcels\""));
}

#[test]
fn every_format_is_the_same_in_pieces_as_in_one() {
    let answer = ask(
        &province(),
        "SELECT fid, ma_dat, geom FROM parcels WHERE fid < 20000",
    )
    .unwrap();
    assert!(answer.batches.len() > 1);
    for format in [
        Format::Csv,
        Format::Json,
        Format::Geojson,
        Format::Arrow,
        Format::Parquet,
    ] {
        let mut encoder = Encoder::new(format, &answer.schema).unwrap();
        let (mut bytes, mut pieces) = (Vec::new(), 0);
        for batch in &answer.batches {
            encoder.batch(batch).unwrap();
            pieces += usize::from(encoder.ready() > 0);
            bytes.append(&mut encoder.take());
        }
        let ending = Ending {
            truncated: false,
            elapsed: Some(answer.elapsed),
            metrics: Some(answer.metrics),
        };
        bytes.append(&mut encoder.finish(&ending).unwrap());
        assert_eq!(bytes, encode(format, &answer).unwrap(), "{format:?}");
        assert!(pieces > 0 || format == Format::Parquet, "{format:?}");
    }
}

#[test]
fn an_answer_tells_what_it_has_cost() {
    let window = ask(
        &province(),
        "SELECT fid FROM parcels WHERE ST_Intersects(geom, ST_MakeEnvelope(106.31, 20.93, 106.32, 20.94))",
    )
    .unwrap();
    let metrics = window.metrics;
    assert_eq!(metrics.rows, window.rows());
    assert!(metrics.rows_read >= metrics.rows && metrics.rows_read < metrics.rows + 100);
    assert!(metrics.planning_us > 0 && metrics.execution_us > 0);
    let join = ask(
        &province(),
        "SELECT p.fid FROM districts d JOIN parcels p ON ST_Intersects(d.geom, p.geom)",
    )
    .unwrap();
    let pairs = join.metrics.pairs_tested + join.metrics.pairs_untested;
    assert!(
        pairs >= join.rows() && join.metrics.pairs_untested > 0,
        "{:?}",
        join.metrics
    );
}

#[test]
fn a_query_asked_again_is_answered_anew_for_other_parameters_and_other_layers() {
    let count = |twin: &Arc<TwinSnapshot>, least: i64| {
        let request = SqlRequest {
            params: SqlParameters::from_json(&[least.into()]).unwrap(),
            ..SqlRequest::new("SELECT count(*) AS n FROM parcels WHERE so_thua >= $1")
        };
        let answer = query(twin, &request).unwrap();
        answer.batches[0]
            .column(0)
            .as_primitive::<Int64Type>()
            .value(0)
    };
    let twin = province();
    let (all, few) = (count(&twin, 0), count(&twin, 5000));
    assert!(0 < few && few < all);
    assert_eq!((count(&twin, 0), count(&twin, 5000)), (all, few));
    let mut layers = twin.layers.clone();
    let districts = &twin.layers[&"districts".parse().unwrap()];
    layers.insert("parcels".parse().unwrap(), Arc::clone(districts));
    let changed = Arc::new(twin.with_layers(layers));
    assert!(
        query(
            &changed,
            &SqlRequest::new("SELECT count(*) AS n FROM parcels WHERE so_thua >= 0")
        )
        .is_err(),
        "a plan of another state is not used"
    );
}
