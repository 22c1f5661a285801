//! How often each encoding is recognised from names of communes: measured, written to `docs/encodings.md`, kept current.

use std::{collections::BTreeMap, fmt::Write as _};

use super::*;

const SETS: u32 = 200;

/// The names of all 207 communes, without their kinds.
pub(super) fn names() -> Vec<&'static str> {
    datasets::communes()
        .iter()
        .map(|commune| commune.name)
        .collect()
}

/// Sets of names: each name by itself, or drawn at random with a fixed seed, or all of them.
fn sets(size: usize) -> Vec<Vec<&'static str>> {
    let names = names();
    let mut state = 2025_u64;
    let mut draw = || {
        // Knuth's MMIX generator; its upper half is even enough to draw names.
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        names[usize::try_from((state >> 33) % names.len() as u64).unwrap()]
    };
    match size {
        1 => names.iter().map(|name| vec![*name]).collect(),
        _ if size == names.len() => vec![names.clone()],
        _ => (0..SETS)
            .map(|_| (0..size).map(|_| draw()).collect())
            .collect(),
    }
}

/// What sets written in one encoding were recognised as, and how many were read back right.
#[derive(Default)]
struct Row {
    recognised: BTreeMap<Option<Encoding>, usize>,
    right: usize,
    all: usize,
}

fn measure(written: Encoding, decomposed: bool, size: usize) -> Row {
    let mut row = Row::default();
    for set in sets(size) {
        let write = |name: &&str| {
            if decomposed {
                name.nfd().collect::<String>().into_bytes()
            } else {
                written.encode(name).unwrap()
            }
        };
        let texts: Vec<Vec<u8>> = set.iter().map(write).collect();
        let found = recognised(&texts);
        let reads = found.unwrap_or(Encoding::Utf8);
        row.right += usize::from(
            texts
                .iter()
                .zip(&set)
                .all(|(text, name)| reads.decode(text) == *name),
        );
        *row.recognised.entry(found).or_default() += 1;
        row.all += 1;
    }
    row
}

fn percent(part: usize, all: usize) -> String {
    match part {
        0 => "·".to_owned(),
        _ => format!("{:.1}", part as f64 * 100.0 / all as f64),
    }
}

fn document() -> String {
    let columns: Vec<Option<Encoding>> =
        Encoding::ALL.into_iter().map(Some).chain([None]).collect();
    let mut out = String::from(HEAD);
    for size in [1, 5, 20, names().len()] {
        let sets = sets(size).len();
        let title = match size {
            1 => format!("One name: each of the {sets}"),
            _ if sets == 1 => format!("All {size} names"),
            _ => format!("{size} names: {sets} sets drawn at random"),
        };
        writeln!(out, "\n## {title}\n").unwrap();
        let names: Vec<&str> = columns
            .iter()
            .map(|column| column.map_or("ASCII", Encoding::as_str))
            .collect();
        writeln!(out, "| written in | {} | text right |", names.join(" | ")).unwrap();
        writeln!(out, "|---|{}", "---:|".repeat(columns.len() + 1)).unwrap();
        let rows = VIETNAMESE
            .into_iter()
            .map(|written| (written.to_string(), measure(written, false, size)));
        let rows = rows.chain([(
            "utf-8, decomposed".to_owned(),
            measure(Encoding::Utf8, true, size),
        )]);
        for (label, row) in rows {
            let cells = columns
                .iter()
                .map(|column| percent(row.recognised.get(column).copied().unwrap_or(0), row.all));
            let cells: Vec<String> = cells.collect();
            writeln!(
                out,
                "| {label} | {} | {} |",
                cells.join(" | "),
                percent(row.right, row.all)
            )
            .unwrap();
        }
    }
    out
}

const HEAD: &str = "# How well old text is recognised

Made by the test `the_confusion_table_is_current` of `layers`; run it with `UPDATE_DOCS=1` to write this file again.

The names of the province's 207 communes are written in each encoding and given to the detector as bytes. Each row says how many
per cent of the sets were taken for which encoding; `ASCII` means that all bytes were plain, so that every encoding reads
them alike. **Text right** counts the sets whose every name was read back letter by letter: what is taken for another
encoding may still be right, as VISCII, VPS and Windows-1258 write letters such as `á` with the same byte.

What stays uncertain: a single name with one or two marked letters can be good Vietnamese in two encodings. Then the likelier
syllables win, and TCVN3 before VNI and Windows-1258, before VISCII, before VPS. Give `--encoding` where a file holds so little text.
A table of many names is never so short of evidence.
";

#[test]
fn the_confusion_table_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/encodings.md");
    let made = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept, made,
        "run this test with UPDATE_DOCS=1 and look at what changed"
    );
}

#[test]
fn twenty_names_are_always_read_right() {
    for written in VIETNAMESE {
        for size in [20, names().len()] {
            let row = measure(written, false, size);
            assert_eq!(row.right, row.all, "{written}, {size} names");
        }
    }
}
