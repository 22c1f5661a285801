//! Embedded files, planted bad files, look-ups around changes.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const HEADING: &str = "id,applies_to,value,unit,name_vi,name_en,document,article,effective_from,effective_to,verified,note\n";

/// A file of rows given as `id;case;value;unit;from;to`.
fn file(rows: &[&str]) -> String {
    let row = |row: &&str| {
        let [id, case, value, unit, from, to] =
            row.split(';').collect::<Vec<_>>().try_into().unwrap();
        format!("{id},{case},{value},{unit},,,QD 1,,{from},{to},false,\n")
    };
    format!("{HEADING}{}", rows.iter().map(row).collect::<String>())
}

#[track_caller]
fn refused(rows: &[&str], expected: &str) {
    let text = file(rows);
    let error = RuleBook::parse([("own.csv", text.as_str())]).expect_err("must be refused");
    assert!(error.to_string().contains(expected), "{error}");
    assert!(!error.explain(crate::Language::Vietnamese).is_empty());
}

#[track_caller]
fn number(id: &str, case: &str, date: &str, expected: f64) {
    let found = RuleBook::embedded().numbers(id, case, day(date)).unwrap();
    assert_eq!(found, [expected], "{id} for {case} on {date}");
}

#[track_caller]
fn unanswered(id: &str, case: &str, date: &str, expected: &str) {
    let error = RuleBook::embedded()
        .rule(id, case, day(date))
        .expect_err("has no answer");
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn every_embedded_file_loads_and_is_about_its_own_subjects() {
    for (name, text) in EMBEDDED {
        let book = RuleBook::parse([(name, text)]).unwrap_or_else(|error| panic!("{error}"));
        assert!(!book.rules.is_empty(), "{name}");
    }
    let book = RuleBook::parse(EMBEDDED).unwrap();
    assert_eq!(
        book.subjects(),
        [
            "air", "corridor", "land_use", "noise", "planning", "safety", "water"
        ]
    );
    assert!(
        book.rules.iter().any(|rule| rule.verified) && book.rules.iter().any(|rule| !rule.verified)
    );
}

#[test]
fn overlaps_and_gaps_name_file_line_id_and_dates() {
    refused(
        &["a.b;x;1;m;2020-01-01;2024-01-01", "a.b;x;2;m;2023-12-31;"],
        "rule a.b for \"x\" has two values at once: own.csv:2 (2020-01-01 – 2024-01-01) and own.csv:3 (2023-12-31 –)",
    );
    refused(
        &["a.b;x;1;m;2020-01-01;", "a.b;x;2;m;2023-12-31;"],
        "two values at once",
    );
    refused(
        &["a.b;x;1;m;2020-01-01;", "a.b;x;1;m;2020-01-01;"],
        "two values at once",
    );
    refused(
        &["a.b;x;2;m;2024-01-02;", "a.b;x;1;m;2020-01-01;2024-01-01"],
        "has no value from 2024-01-01 to 2024-01-02: own.csv:3 (2020-01-01 – 2024-01-01) and own.csv:2",
    );
    refused(
        &["a.b;x;1;m;2020-01-01;2024-01-01", "a.b;x;1;ha;2024-01-01;"],
        "is in m at own.csv:2",
    );
}

#[test]
fn bad_fields_name_line_column_and_what_would_be_right() {
    refused(
        &["a.b;x;1;furlong;2020-01-01;"],
        "own.csv:2: unit cannot be \"furlong\": write m, m2, ha",
    );
    refused(
        &["a.b;x;ten;m;2020-01-01;"],
        "own.csv:2: value cannot be \"ten\"",
    );
    refused(&["a.b;x;NaN;m;2020-01-01;"], "value cannot be \"NaN\"");
    refused(
        &["a.b;x;1 2 300;rgb;2020-01-01;"],
        "value cannot be \"1 2 300\": write R G B, 0–255",
    );
    refused(
        &["a.b;x;1;m;2020-02-30;"],
        "effective_from cannot be \"2020-02-30\": write YYYY-MM-DD",
    );
    refused(
        &["a.b;x;1;m;2020-01-02;01/2021"],
        "effective_to cannot be \"01/2021\"",
    );
    refused(
        &["a.b;x;1;m;2020-01-02;2020-01-02"],
        "effective_to cannot be \"2020-01-02\": write > 2020-01-02",
    );
    refused(
        &["A b;x;1;m;2020-01-01;"],
        "id cannot be \"A b\": write subject.name",
    );
    let short = RuleBook::parse([("own.csv", "id,value\na.b,1\n")]).unwrap_err();
    assert!(
        short.to_string().contains("the columns are id,value"),
        "{short}"
    );
    let torn = format!("{HEADING}a.b,x\n");
    let torn = RuleBook::parse([("own.csv", torn.as_str())]).unwrap_err();
    assert!(torn.to_string().starts_with("own.csv:2: "), "{torn}");
}

#[test]
fn values_change_on_the_day_the_document_says() {
    number("air.limit_max", "PM2.5 24h", "2025-12-31", 50.0);
    number("air.limit_max", "PM2.5 24h", "2026-01-01", 45.0);
    number("air.limit_max", "PM10 24h", "2023-09-11", 150.0);
    number("air.limit_max", "PM10 24h", "2023-09-12", 100.0);
    number(
        "planning.primary_school.radius_max",
        "urban",
        "2026-12-31",
        500.0,
    );
    number(
        "planning.primary_school.radius_max",
        "urban",
        "2027-01-01",
        1000.0,
    );
    number(
        "corridor.dyke.field_side",
        "II elsewhere",
        "2025-06-30",
        25.0,
    );
    number(
        "corridor.dyke.field_side",
        "II settlement",
        "2025-06-30",
        5.0,
    );
    number(
        "corridor.power_line.each_side",
        "22 kV bare",
        "2025-06-30",
        2.0,
    );
    number("corridor.road.each_side", "III", "2024-06-30", 13.0);
}

#[test]
fn questions_without_an_answer_say_what_could_be_asked() {
    unanswered(
        "air.limit_mx",
        "PM10 24h",
        "2025-01-01",
        "did you mean \"air.limit_max\"?",
    );
    unanswered(
        "air.limit_max",
        "PM11",
        "2025-01-01",
        "it applies to: CO 1h, CO 8h",
    );
    unanswered(
        "planning.primary_school.seats_min",
        "rural",
        "2027-01-01",
        "not in force on 2027-01-01; it is: 2021-07-05 – 2027-01-01 (QCVN 01:2021/BXD)",
    );
    let book = RuleBook::embedded();
    let error = book.in_force(Some("plan"), day("2025-01-01")).unwrap_err();
    assert!(error.to_string().contains("air, corridor"), "{error}");
    let paddy = book.numbers("land_use.color", "LUC", day("2025-01-01"));
    assert!(matches!(paddy, Err(RuleError::NoNumber { .. })));
}

#[test]
fn a_province_adds_its_own_rules_but_cannot_contradict_the_country() {
    let dir = tempfile::tempdir().unwrap();
    let write = |rows: &[&str]| std::fs::write(dir.path().join("own.csv"), file(rows)).unwrap();
    write(&["price.floor;rural|urban;5;m2;2025-01-01;"]);
    let book = RuleBook::with_folder(dir.path()).unwrap();
    assert_eq!(
        book.numbers("price.floor", "urban", day("2025-01-01")),
        Ok(&[5.0][..])
    );
    assert!(
        book.rule("air.limit_max", "CO 1h", day("2025-01-01"))
            .is_ok()
    );
    write(&["air.limit_max;CO 1h;40000;ug/m3;2025-01-01;"]);
    let error = RuleBook::with_folder(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("air.csv:") && error.contains("own.csv:2"),
        "{error}"
    );
    let missing = RuleBook::with_folder(&dir.path().join("none")).unwrap_err();
    assert!(matches!(missing, RuleFileError::Unreadable { .. }));
}
