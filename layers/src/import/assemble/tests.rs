use arrow::compute::concat_batches;

use super::*;
use crate::{
    Attribute, AttributeKind, geoparquet,
    import::{MEMORY_BYTES, prepare, quarantine},
    report::Findings,
};

/// Rows with cells in no order, many alike and some null, in batches of uneven size.
fn prepared() -> Vec<Prepared> {
    let attributes = [Attribute {
        name: "n".into(),
        source_name: None,
        kind: AttributeKind::Whole,
    }];
    let schema = prepare::row_schema(&attributes, true);
    let mut next = 0_u64;
    let mut batch = |rows: u64| {
        let numbers = next..next + rows;
        next += rows;
        let cell = |at: u64| (!at.is_multiple_of(31)).then_some(at * 7919 % 97);
        let wkb = |at: u64| vec![u8::try_from(at % 251).unwrap(); 21];
        let values: Vec<Vec<u8>> = numbers.clone().map(wkb).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(
                numbers
                    .clone()
                    .map(|at| i64::try_from(at).ok())
                    .collect::<arrow::array::Int64Array>(),
            ),
            Arc::new(numbers.map(cell).collect::<UInt64Array>()),
            Arc::new(arrow::array::BinaryArray::from_iter_values(values)),
        ];
        Prepared {
            rows: RecordBatch::try_new(Arc::clone(&schema), columns).unwrap(),
            set_aside: RecordBatch::new_empty(quarantine::quarantine_schema(&attributes)),
            repaired: 0,
            areas: AreaLedger::default(),
            outlines: Outlines::default(),
            kinds: Vec::new(),
            extent: Extent::EMPTY,
            findings: Findings::default(),
            audit: Audit::default(),
            reached: (
                0,
                Reached {
                    features: next,
                    text: TextMode::Unicode,
                },
            ),
        }
    };
    (0..40).map(|at| batch(1 + at * 331 % 5000)).collect()
}

fn begin(dir: &Path, memory_bytes: usize) -> Assembly {
    let schema = prepared()[0].rows.schema();
    Assembly::resume(schema, dir, memory_bytes).unwrap()
}

fn finish(mut assembly: Assembly, dir: &Path) -> RecordBatch {
    let path = dir.join("data.parquet");
    assembly
        .write((&path, &dir.join("quarantine.parquet")), &|_| {})
        .unwrap();
    let (schema, batches) = geoparquet::read(&path).unwrap();
    let left: Vec<_> = std::fs::read_dir(dir).unwrap().collect();
    assert_eq!(left.len(), 1, "runs are removed: {left:?}");
    concat_batches(&schema, &batches).unwrap()
}

/// What is written when so many bytes are kept in memory, and the files that waited on disk.
fn written(memory_bytes: usize) -> (RecordBatch, usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut assembly = begin(dir.path(), memory_bytes);
    for prepared in prepared() {
        assembly.add(prepared).unwrap();
    }
    let runs = std::fs::read_dir(dir.path().join(RUNS_FOLDER)).map_or(0, Iterator::count);
    (finish(assembly, dir.path()), runs)
}

#[test]
fn an_interrupted_assembly_goes_on_from_its_last_run_unless_a_run_is_damaged() {
    let (whole, _) = written(MEMORY_BYTES);
    for damaged in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let mut first = begin(dir.path(), 1 << 20);
        for prepared in prepared().into_iter().take(30) {
            first.add(prepared).unwrap();
        }
        drop(first);
        if damaged {
            let run = dir.path().join(RUNS_FOLDER).join("0.arrows");
            let mut bytes = std::fs::read(&run).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(run, bytes).unwrap();
        }
        let mut second = begin(dir.path(), 1 << 20);
        let reached = second
            .tally
            .reached
            .first()
            .map_or(0, |reached| reached.features);
        assert_eq!(reached == 0, damaged, "{reached} features were kept");
        for prepared in prepared() {
            if prepared.reached.1.features > reached {
                second.add(prepared).unwrap();
            }
        }
        assert_eq!(second.tally.published, whole.num_rows() as u64);
        assert_eq!(finish(second, dir.path()), whole);
    }
}

#[test]
fn rows_come_out_by_cell_and_otherwise_as_they_came_however_little_memory_there_is() {
    let (whole, runs) = written(MEMORY_BYTES);
    assert_eq!(runs, 0, "all of it fits");
    let cells = cells_of(&whole).unwrap();
    let numbers = whole
        .column(1)
        .as_primitive::<arrow::datatypes::Int64Type>();
    let keys: Vec<_> = (0..whole.num_rows())
        .map(|row| (cell_at(Some(&cells), row), numbers.value(row)))
        .collect();
    assert!(keys.is_sorted() && keys.len() > ROWS_PER_GROUP);
    for memory_bytes in [1 << 20, 1 << 17] {
        let (merged, runs) = written(memory_bytes);
        assert!(runs > 2, "{runs} runs");
        assert_eq!(merged, whole, "with {memory_bytes} bytes");
    }
}
