use super::*;
use crate::{Attribute, AttributeKind, geoparquet, import::prepare, report::Findings};

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
            set_aside: RecordBatch::new_empty(prepare::quarantine_schema(&attributes)),
            repaired: 0,
            kinds: Vec::new(),
            extent: Extent::EMPTY,
            findings: Findings::default(),
        }
    };
    (0..40).map(|at| batch(1 + at * 331 % 5000)).collect()
}

/// What is written when so many bytes are kept in memory.
fn written(memory_bytes: usize) -> (RecordBatch, usize) {
    let dir = tempfile::tempdir().unwrap();
    let all = prepared();
    let mut assembly = Assembly::new(all[0].rows.schema(), dir.path().join("quarantine.parquet"));
    assembly.shelf.as_mut().unwrap().memory_bytes = memory_bytes;
    for prepared in all {
        assembly.add(prepared).unwrap();
    }
    let runs = std::fs::read_dir(dir.path().join("runs")).map_or(0, Iterator::count);
    let path = dir.path().join("data.parquet");
    assembly.write(&path, &|_| {}).unwrap();
    let (schema, batches) = geoparquet::read(&path).unwrap();
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "runs are removed: {left:?}");
    (concat_batches(&schema, &batches).unwrap(), runs)
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
