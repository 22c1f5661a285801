//! The road graph.

use std::collections::BTreeMap;

use arrow::array::{Array as _, BooleanArray, StringArray};

use crate::{province, read};

fn root(parents: &mut [usize], mut node: usize) -> usize {
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}

#[test]
fn all_roads_are_one_graph_by_exactly_shared_nodes() {
    let batch = read::parquet(&province::folder().join("roads.parquet"));
    let lines = read::lines(&batch);
    let mut nodes: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let mut parents: Vec<usize> = Vec::new();
    for line in &lines {
        assert!(line.len() >= 2);
        let ends = [line[0], line[line.len() - 1]].map(|place| {
            let next = nodes.len();
            *nodes
                .entry((place.x.to_bits(), place.y.to_bits()))
                .or_insert_with(|| {
                    parents.push(next);
                    next
                })
        });
        let (a, b) = (root(&mut parents, ends[0]), root(&mut parents, ends[1]));
        parents[a] = b;
    }
    let first = root(&mut parents, 0);
    for node in 0..parents.len() {
        assert_eq!(
            root(&mut parents, node),
            first,
            "node {node} is not connected"
        );
    }
    assert!(lines.len() > 5_000, "{}", lines.len());
}

#[test]
fn every_class_the_main_routes_and_bridges_are_there() {
    let batch = read::parquet(&province::folder().join("roads.parquet"));
    let text = |name: &str| -> Vec<String> {
        let column = batch.column_by_name(name).unwrap();
        let column = column.as_any().downcast_ref::<StringArray>().unwrap();
        column
            .iter()
            .map(|value| value.unwrap().to_owned())
            .collect()
    };
    let (classes, references, names) = (text("class"), text("ref"), text("name"));
    for class in [
        "expressway",
        "national",
        "provincial",
        "district",
        "commune",
        "street",
        "lane",
    ] {
        assert!(classes.iter().any(|c| c == class), "no {class}");
    }
    for reference in [
        "CT.04", "QL.5", "QL.18", "QL.37", "QL.38", "QL.38B", "QL.10", "QL.17B", "ĐT.391",
    ] {
        assert!(references.iter().any(|r| r == reference), "no {reference}");
    }
    for name in ["Quốc lộ 5", "Đường Nguyễn Lương Bằng", "Phố Trần Hưng Đạo"]
    {
        assert!(names.iter().any(|n| n == name), "no {name}");
    }
    let bridges = batch.column_by_name("bridge").unwrap();
    let bridges = bridges.as_any().downcast_ref::<BooleanArray>().unwrap();
    assert!(bridges.true_count() > 30, "{}", bridges.true_count());
}
