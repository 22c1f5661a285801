//! Administrative units over time: of the generated province, of the shared open data, and of layouts made here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use arrow::{array::AsArray as _, compute::cast, datatypes::DataType};
use chrono::NaiveDate;
use geo::{MapCoords as _, MultiPolygon, Rect};
use geo_traits::to_geo::ToGeoGeometry as _;
use layers::{
    AdminError, AdminHistory, AdminRegister, AdminUnit, Crosswalk, Layer, Transformer,
    admin::{
        CrosswalkRow, Level, Measure, Method, Period, Resolution, Restated, UnitQuery, Weight,
        areal_crosswalk, day,
    },
};
use proptest::prelude::*;

use crate::{
    fixtures::{Place, generated_files, id},
    province::shared_data,
};

fn on(text: &str) -> NaiveDate {
    day(text).unwrap()
}

fn unit(level: Level, code: &str, parent: Option<&str>, (from, to): (&str, &str)) -> AdminUnit {
    AdminUnit {
        code: code.to_owned(),
        name: format!("Xã {code}"),
        level,
        kind: "xã".to_owned(),
        parent: parent.map(str::to_owned),
        valid: Period {
            from: day(from).ok(),
            to: day(to).ok(),
        },
        area_official_km2: None,
        area_geom_km2: None,
        population: None,
        working_crs: None,
        source: String::new(),
        verified: false,
    }
}

fn row(from: &str, to: &str, area_share: f64, pop_share: Option<f64>) -> CrosswalkRow {
    CrosswalkRow {
        from: from.to_owned(),
        to: to.to_owned(),
        valid_from: on("2025-07-01"),
        area_share,
        pop_share,
        method: Method::Official,
        source: "law".to_owned(),
    }
}

/// The generated province as a twin has it.
struct Province {
    history: AdminHistory,
    units: Layer,
}

static PROVINCE: LazyLock<Province> = LazyLock::new(|| {
    let place = Place::new();
    let files = generated_files();
    for (layer, file) in [
        ("admin_units", "admin_units.geojson"),
        ("admin_crosswalk", "admin_crosswalk.csv"),
    ] {
        let report = place
            .import_with(&files.join(file), |request| request.layer = id(layer))
            .unwrap();
        assert_eq!(
            (report.features_set_aside, report.features_repaired),
            (0, 0),
            "{report:?}"
        );
    }
    Province {
        history: AdminHistory::of_twin(&place.twin).unwrap(),
        units: place.twin.read(&id("admin_units")).unwrap(),
    }
});

/// Polygons of the communes of a day by code, in the province's plane.
fn polygons(day: NaiveDate) -> Vec<(String, MultiPolygon)> {
    let layer = PROVINCE.units.valid_at(day);
    let to_plane = Transformer::new(&layers::Crs::stored(), &"EPSG:9209".parse().unwrap()).unwrap();
    let mut found = Vec::new();
    for batch in &layer.batches {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>();
        let shapes = batch.column_by_name("geom").unwrap().as_binary::<i32>();
        for at in (0..batch.num_rows()).filter(|at| text("level").value(*at) == "commune") {
            let shape = wkb::reader::read_wkb(shapes.value(at))
                .unwrap()
                .to_geometry();
            let shape = shape.map_coords(|place| {
                let (mut x, mut y) = ([place.x], [place.y]);
                to_plane.transform(&mut x, &mut y);
                geo::Coord { x: x[0], y: y[0] }
            });
            let shape = match shape {
                geo::Geometry::Polygon(polygon) => MultiPolygon::new(vec![polygon]),
                other => other.try_into().unwrap(),
            };
            found.push((text("code").value(at).to_owned(), shape));
        }
    }
    found
}

#[test]
fn units_that_contradict_each_other_are_refused_with_the_reason() {
    #[track_caller]
    fn check(units: Vec<AdminUnit>, words: &str) {
        let error = AdminRegister::new(units).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
        assert_ne!(
            error.explain(layers::Language::Vietnamese),
            error.to_string()
        );
    }
    let commune = |code, period| unit(Level::Commune, code, None, period);
    check(
        vec![
            commune("1", ("2020-01-01", "2025-01-02")),
            commune("1", ("2025-01-01", "")),
        ],
        "commune 1 is there twice: [2020-01-01, 2025-01-02) and [2025-01-01, …) overlap",
    );
    check(
        vec![commune("1", ("", "")), commune("1", ("", "2025-01-01"))],
        "there twice",
    );
    check(
        vec![commune("1", ("2025-01-02", "2025-01-01"))],
        "ends before it begins",
    );
    let child = |period| unit(Level::Commune, "2", Some("30"), period);
    check(vec![child(("", ""))], "lies in 30, but no unit above it");
    let ended = unit(Level::Province, "30", None, ("", "2025-07-01"));
    check(
        vec![ended.clone(), child(("2025-07-01", ""))],
        "lies in 30, but no unit above it",
    );
    check(
        vec![commune("30", ("", "")), child(("", ""))],
        "lies in 30, but no unit above it",
    );
    let next_day = [
        commune("1", ("", "2025-01-01")),
        commune("1", ("2025-01-01", "")),
    ];
    let fine = [ended, child(("2025-01-01", "2025-07-01"))];
    AdminRegister::new([&next_day[..], &fine].concat()).unwrap();
}

#[test]
fn a_crosswalk_that_loses_or_adds_something_is_refused() {
    #[track_caller]
    fn check(rows: Vec<CrosswalkRow>, words: &str) {
        let error = Crosswalk::new(rows).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    }
    check(
        vec![row("a", "x", 0.7, None), row("a", "y", 0.2, None)],
        "area shares of unit a on 2025-07-01 sum to 0.",
    );
    check(
        vec![row("a", "x", 1.0, Some(0.9))],
        "population shares of unit a",
    );
    check(
        vec![row("a", "x", 1.5, None), row("a", "y", -0.5, None)],
        "from 0 to 1",
    );
    check(vec![row("a", "x", f64::NAN, None)], "from 0 to 1");
    check(
        vec![row("a", "x", 0.5, Some(1.0)), row("a", "y", 0.5, None)],
        "all rows of a unit have one",
    );
    check(
        vec![row("a", "x", 0.5, None), row("a", "x", 0.5, None)],
        "a to x twice",
    );
    let other = CrosswalkRow {
        valid_from: on("2026-01-01"),
        ..row("b", "x", 1.0, None)
    };
    check(vec![row("a", "x", 1.0, None), other], "one day");
    let rounded = [0.333333, 0.333333, 0.333333]
        .into_iter()
        .zip(["x", "y", "z"]);
    let thirds = Crosswalk::new(
        rounded
            .map(|(share, to)| row("a", to, share, None))
            .collect(),
    )
    .unwrap();
    let sum: f64 = thirds.rows().iter().map(|row| row.area_share).sum();
    assert!((sum - 1.0).abs() < 1e-15, "{sum}");
}

#[test]
fn the_generated_province_has_three_layouts_and_codes_that_change_their_meaning() {
    let register = PROVINCE.history.register();
    let counts = |text: &str| Level::ALL.map(|level| register.on(level, on(text)).count());
    assert_eq!(counts("2024-12-31"), [235, 12, 1]);
    assert_eq!(counts("2025-06-30"), [207, 12, 1]);
    assert_eq!(counts("2025-07-01"), [64, 0, 1]);
    let name = |text: &str| {
        &register
            .unit(Level::Commune, "10507", on(text))
            .unwrap()
            .name
    };
    assert_eq!(
        (name("2025-06-30").as_str(), name("2025-07-01").as_str()),
        ("Phường Cẩm Thượng", "Phường Thành Đông")
    );
    assert_eq!(
        register.unit(Level::District, "288", on("2025-07-01")),
        None
    );
    let province = register
        .on(Level::Province, on("2025-07-01"))
        .next()
        .unwrap();
    assert_eq!(
        (province.working_crs.as_deref(), province.verified),
        (Some("EPSG:9210"), false)
    );
    let area = |text: &str| -> f64 {
        register
            .on(Level::Commune, on(text))
            .filter_map(|unit| unit.area_geom_km2)
            .sum()
    };
    let whole = province.area_geom_km2.unwrap();
    for text in ["2024-01-01", "2025-01-01", "2025-07-01"] {
        assert!(
            (area(text) - whole).abs() < 1e-3,
            "{text}: {} of {whole}",
            area(text)
        );
    }
}

#[test]
fn a_unit_is_found_by_code_then_by_name_in_its_parent_and_never_by_a_name_that_collides() {
    let register = PROVINCE.history.register();
    let ask = |code: &str, name: &str, parent: &str, text: &str| -> Vec<String> {
        let query = UnitQuery {
            code: Some(code),
            name: Some(name),
            parent: Some(parent),
            level: Some(Level::Commune),
        };
        match register.resolve(&query, on(text)) {
            Resolution::One(unit) => vec![unit.code.clone()],
            Resolution::Ambiguous(units) => {
                units.iter().map(|unit| format!("?{}", unit.code)).collect()
            }
            Resolution::Unknown => vec![],
        }
    };
    let before = "2025-06-30";
    assert_eq!(ask("10507.0", "whatever", "", before), ["10507"]);
    assert_eq!(
        ask("99999", "Xã Hòa Bình", "", before),
        [""; 0],
        "a wrong code is not mended by a name"
    );
    assert_eq!(ask("", "xã HOÀ BÌNH", "", before), ["10798"]);
    assert_eq!(ask("", "Việt Hoà", "", before), ["10543"]);
    assert_eq!(ask("", "Xã Hưng Đạo", "", before), ["?10561", "?11086"]);
    assert_eq!(ask("", "Xã Hưng Đạo", "Huyện Tứ Kỳ", before), ["11086"]);
    assert_eq!(ask("", "Hưng Đạo", "290", before), ["10561"]);
    assert_eq!(ask("", "Minh Tân", "", before), ["?10666", "?10702"]);
    assert_eq!(ask("", "Phường Minh Tân", "", before), ["10702"]);
    assert_eq!(
        ask("", "Xã Hòa Bình", "", "2025-07-01"),
        [""; 0],
        "it is no more"
    );
    assert_eq!(ask("", "Xã Cẩm Giang", "", "2025-07-01"), ["10888"]);
    assert_eq!(
        ask(
            "",
            "Xã Cẩm Giàng",
            "Thành phố Hải Phòng (phần tỉnh Hải Dương cũ)",
            "2025-07-01"
        ),
        ["10903"]
    );
    assert_eq!(
        ask("", "Xã Hòa Bình", "Hải Dương", before),
        ["10798"],
        "a parent of its parent"
    );
    assert_eq!(ask("", "", "", before), [""; 0]);
}

#[test]
fn the_crosswalk_of_the_province_is_that_of_its_polygons() {
    for (eve, text) in [("2024-12-31", "2025-01-01"), ("2025-06-30", "2025-07-01")] {
        let table = PROVINCE.history.between(on(eve), on(text)).unwrap();
        let areal =
            areal_crosswalk(&polygons(on(eve)), &polygons(on(text)), on(text), "areas").unwrap();
        let pairs = |crosswalk: &Crosswalk| -> Vec<(String, String)> {
            crosswalk
                .rows()
                .iter()
                .map(|row| (row.from.clone(), row.to.clone()))
                .collect()
        };
        assert_eq!(pairs(&table), pairs(&areal));
        for (told, found) in table.rows().iter().zip(areal.rows()) {
            assert!(
                (told.area_share - found.area_share).abs() < 1e-4,
                "{told:?} {found:?}"
            );
        }
    }
    let reform = PROVINCE
        .history
        .between(on("2025-06-30"), on("2025-07-01"))
        .unwrap();
    assert_eq!(reform.split().count(), 34);
    let assumed = reform
        .rows()
        .iter()
        .filter(|row| row.method == Method::Assumption);
    assert_eq!(
        assumed
            .map(|row| row.from.as_str())
            .collect::<BTreeSet<_>>(),
        reform.split().collect()
    );
}

#[test]
fn changes_put_together_are_the_direct_change_where_no_unit_between_is_divided() {
    let (first, last) = (on("2024-12-31"), on("2025-07-01"));
    let composed = PROVINCE.history.between(first, last).unwrap();
    let direct = areal_crosswalk(&polygons(first), &polygons(last), last, "areas").unwrap();
    let second = PROVINCE.history.between(on("2025-06-30"), last).unwrap();
    let split: BTreeSet<&str> = second.split().collect();
    let mut compared = 0;
    for row in composed.rows() {
        let middle = row.from.trim_end_matches(['a', 'b']);
        if split.contains(middle) && middle != row.from {
            continue;
        }
        let direct = direct
            .of(&row.from)
            .iter()
            .find(|other| other.to == row.to)
            .unwrap();
        assert!(
            (direct.area_share - row.area_share).abs() < 1e-4,
            "{row:?} {direct:?}"
        );
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
}

/// Strips of the unit square between borders.
fn strips(name: &str, borders: &[f64]) -> Vec<(String, MultiPolygon)> {
    let all: Vec<f64> = std::iter::once(0.0)
        .chain(borders.iter().copied())
        .chain([1.0])
        .collect();
    let strip = |(at, pair): (usize, &[f64])| {
        let rect = Rect::new((pair[0] * 1e4, 0.0), (pair[1] * 1e4, 1e4));
        (
            format!("{name}{at}"),
            MultiPolygon::new(vec![rect.to_polygon()]),
        )
    };
    all.windows(2).enumerate().map(strip).collect()
}

fn sum_of(restated: &Restated) -> f64 {
    restated.rows.iter().map(|row| row.value).sum::<f64>()
        + restated
            .unmatched
            .iter()
            .map(|(_, value)| value)
            .sum::<f64>()
}

proptest! {
    #[test]
    fn restating_keeps_the_sum_and_stays_within_its_bounds(
        values in proptest::collection::vec(-1e9..1e9_f64, 207),
        backwards in any::<bool>(),
        people in any::<bool>(),
    ) {
        let history = &PROVINCE.history;
        let days = if backwards { ("2025-07-01", "2024-06-01") } else { ("2025-03-01", "2026-01-01") };
        let days = (on(days.0), on(days.1));
        let codes = history.register().on(Level::Commune, days.0).map(|unit| unit.code.clone());
        let mut table: Vec<(String, f64)> = codes.zip(values).collect();
        table.push(("typo".to_owned(), 7.0));
        let weight = if people { Weight::Population } else { Weight::Area };
        let restated = history.restate(("n", Measure::Extensive), &table, days, weight).unwrap();
        let magnitude: f64 = table.iter().map(|(_, value)| value.abs()).sum();
        let total: f64 = table.iter().map(|(_, value)| value).sum();
        prop_assert!((sum_of(&restated) - total).abs() <= 1e-9 * magnitude);
        prop_assert_eq!(&restated.unmatched, &[("typo".to_owned(), 7.0)]);
        let slack = 1e-9 * magnitude;
        for row in &restated.rows {
            prop_assert!(row.low - slack <= row.value && row.value <= row.high + slack, "{:?}", row);
        }
        prop_assert!(restated.assumed_share <= restated.split_share && restated.split_share <= 1.0);
    }

    #[test]
    fn a_change_and_a_merger_after_it_are_the_direct_change(
        a in proptest::collection::vec(0.05..0.95_f64, 1..5),
        b in proptest::collection::vec(0.05..0.95_f64, 2..7),
        kept in any::<prop::sample::Index>(),
    ) {
        let apart = |mut borders: Vec<f64>| {
            borders.sort_by(f64::total_cmp);
            borders.dedup_by(|x, y| (*x - *y).abs() < 0.02);
            borders
        };
        let (a, b) = (apart(a), apart(b));
        let c = [b[kept.index(b.len())]];
        let (a, b, c) = (strips("a", &a), strips("b", &b), strips("c", &c));
        let change = |old: &[_], new: &[_]| areal_crosswalk(old, new, on("2025-07-01"), "areas").unwrap();
        let composed = change(&a, &b).then(&change(&b, &c)).unwrap();
        let shares = |crosswalk: &Crosswalk| -> BTreeMap<(String, String), f64> {
            crosswalk.rows().iter().map(|row| ((row.from.clone(), row.to.clone()), row.area_share)).collect()
        };
        let (composed, direct) = (shares(&composed), shares(&change(&a, &c)));
        for (pair, share) in composed.iter().chain(&direct) {
            let other = |shares: &BTreeMap<_, f64>| shares.get(pair).copied().unwrap_or(0.0);
            prop_assert!((share - other(&direct)).abs() < 2e-3 && (share - other(&composed)).abs() < 2e-3, "{:?}", pair);
        }
    }
}

#[test]
fn what_passed_through_a_split_is_bounded_and_the_rest_is_exact() {
    let rows = vec![
        row("whole", "x", 1.0, Some(1.0)),
        CrosswalkRow {
            method: Method::Assumption,
            ..row("cut", "x", 0.25, Some(0.1))
        },
        CrosswalkRow {
            method: Method::Assumption,
            ..row("cut", "y", 0.75, Some(0.9))
        },
    ];
    let crosswalk = Crosswalk::new(rows).unwrap();
    let table = [("whole".to_owned(), 60.0), ("cut".to_owned(), 40.0)];
    let by_area = crosswalk.restate(&table, Weight::Area).unwrap();
    let x = &by_area.rows[0];
    assert_eq!(
        (x.code.as_str(), x.value, x.low, x.high),
        ("x", 70.0, 60.0, 100.0)
    );
    assert_eq!(
        (
            by_area.rows[1].value,
            by_area.rows[1].low,
            by_area.rows[1].high
        ),
        (30.0, 0.0, 40.0)
    );
    assert_eq!(
        (by_area.total, by_area.split_share, by_area.assumed_share),
        (100.0, 0.4, 0.4)
    );
    let by_people = crosswalk.restate(&table, Weight::Population).unwrap();
    assert!((by_people.rows[0].value - 64.0).abs() < 1e-12);
}

#[test]
fn what_cannot_be_restated_is_refused_with_advice() {
    let (from, to) = (on("2025-03-01"), on("2025-07-01"));
    let history = &PROVINCE.history;
    let table = [("10507".to_owned(), 1180.0)];
    let density = ("mat_do", Measure::of_column("mat_do"));
    let error = history
        .restate(density, &table, (from, to), Weight::Area)
        .unwrap_err();
    assert!(
        matches!(error, AdminError::Intensive { .. }) && error.to_string().contains("then divide"),
        "{error}"
    );
    for (name, expected) in [
        ("population", Measure::Extensive),
        ("persons", Measure::Extensive),
        ("so_truong", Measure::Extensive),
        ("gdp_per_capita", Measure::Intensive),
        ("Tỷ lệ hộ nghèo", Measure::Intensive),
        ("poor_pct", Measure::Intensive),
    ] {
        assert_eq!(Measure::of_column(name), expected, "{name}");
    }
    let nan = [("10507".to_owned(), f64::NAN)];
    let error = history
        .restate(("n", Measure::Extensive), &nan, (from, to), Weight::Area)
        .unwrap_err();
    assert!(error.to_string().contains("finite"), "{error}");
    let areal = areal_crosswalk(&strips("a", &[0.5]), &strips("b", &[0.3]), from, "areas").unwrap();
    let error = areal
        .restate(&[("a0".to_owned(), 1.0)], Weight::Population)
        .unwrap_err();
    assert!(error.to_string().contains("--weight area"), "{error}");
    let half = &strips("b", &[0.3])[..1];
    let error = areal_crosswalk(&strips("a", &[0.5]), half, from, "areas").unwrap_err();
    assert!(
        error.to_string().contains("cover 0.6000 of unit a0"),
        "{error}"
    );
}

/// Columns of a CSV file of the shared data as text, as the import reads them.
fn columns(file: &str, names: [&str; 2]) -> Option<Vec<(String, String)>> {
    let place = Place::new();
    place.import(&shared_data()?.join(file)).unwrap();
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut rows = Vec::new();
    for batch in &layer.batches {
        let column =
            |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let pair = names.map(column);
        let text = |at: usize, row: usize| pair[at].as_string::<i32>().value(row).to_owned();
        rows.extend((0..batch.num_rows()).map(|row| (text(0, row), text(1, row))));
    }
    Some(rows)
}

#[test]
fn the_published_list_loads_once_it_is_joined_on_codes() {
    let Some(old) = columns("hd_communes_2025H1_names.csv", ["ward_code", "ward"]) else {
        return;
    };
    let new = columns("hd_wards_2025_attributes.csv", ["code", "fullname"]).unwrap();
    let pairs = columns(
        "hd_commune_to_ward_2025_crosswalk.csv",
        ["wardcode", "newwardcode"],
    )
    .unwrap();
    let named = |(code, name): (String, String), period| AdminUnit {
        name,
        ..unit(Level::Commune, &code, None, period)
    };
    let old = old
        .into_iter()
        .map(|row| named(row, ("2025-01-01", "2025-07-01")));
    let new = new.into_iter().map(|row| named(row, ("2025-07-01", "")));
    let register = AdminRegister::new(old.chain(new).collect()).unwrap();
    let listed =
        Crosswalk::from_list(&pairs, &register, on("2025-07-01"), "NQ 1669/NQ-UBTVQH15").unwrap();
    let [collision] = listed.set_aside.as_slice() else {
        panic!("{:?}", listed.set_aside)
    };
    assert_eq!(
        (
            collision.from.as_str(),
            collision.to.as_str(),
            collision.is_old_unknown
        ),
        ("10798", "11911", false)
    );
    let rows = listed.crosswalk.rows();
    let distinct =
        |code: fn(&CrosswalkRow) -> &String| rows.iter().map(code).collect::<BTreeSet<_>>().len();
    assert_eq!(
        (
            distinct(|row| &row.from),
            distinct(|row| &row.to),
            rows.len()
        ),
        (207, 64, 243)
    );
    assert_eq!(listed.crosswalk.split().count(), 34);
    let generated = PROVINCE
        .history
        .between(on("2025-06-30"), on("2025-07-01"))
        .unwrap();
    let pairs = |rows: &[CrosswalkRow]| -> Vec<_> {
        rows.iter()
            .map(|row| (row.from.clone(), row.to.clone()))
            .collect()
    };
    assert_eq!(
        pairs(rows),
        pairs(generated.rows()),
        "the generated province says the same"
    );
}
