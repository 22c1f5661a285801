//! OpenStreetMap extracts: a file of PBF blocks is written here, as the format's documentation says.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    reason = "packs the bits of a small file, as its format says"
)]

use layers::{GeometryKind, LayerKind};

use super::known::{check_shape, column, geometries};
use crate::fixtures::{Place, id};

/// A protobuf message.
#[derive(Clone, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn packed(self, field: u64, values: impl IntoIterator<Item = u64>) -> Self {
        let mut list = Self::default();
        values.into_iter().for_each(|value| list.varint(value));
        if list.0.is_empty() {
            return self;
        }
        self.bytes(field, &list.0)
    }

    /// Numbers as differences to the one before, signs folded in.
    fn deltas(self, field: u64, values: impl IntoIterator<Item = i64>) -> Self {
        let mut last = 0;
        let folded = values.into_iter().map(|value| {
            let delta = value - last;
            last = value;
            ((delta << 1) ^ (delta >> 63)) as u64
        });
        self.packed(field, folded.collect::<Vec<_>>())
    }
}

/// The bytes of a zlib stream that stores them as they are.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut chunks = bytes.chunks(0xFFFF).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).unwrap();
        out.push(u8::from(chunks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    out.extend_from_slice(&(b << 16 | a).to_be_bytes());
    out
}

fn blob(kind: &str, content: &Message) -> Vec<u8> {
    let data = Message::default()
        .number(2, content.0.len() as u64)
        .bytes(3, &zlib(&content.0));
    let header = Message::default()
        .bytes(1, kind.as_bytes())
        .number(3, data.0.len() as u64);
    let length = u32::try_from(header.0.len()).unwrap().to_be_bytes();
    [&length, header.0.as_slice(), data.0.as_slice()].concat()
}

/// Strings are referred to by number; the first is empty.
#[derive(Default)]
struct Strings(Vec<String>);

impl Strings {
    fn of(&mut self, text: &str) -> u64 {
        let at = self.0.iter().position(|known| known == text);
        let at = at.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        at as u64 + 1
    }

    fn tags(&mut self, message: Message, tags: &[(&str, &str)]) -> Message {
        let keys: Vec<_> = tags.iter().map(|(key, _)| self.of(key)).collect();
        let values: Vec<_> = tags.iter().map(|(_, value)| self.of(value)).collect();
        message.packed(2, keys).packed(3, values)
    }

    fn block(&self, groups: &[Message]) -> Vec<u8> {
        let table = self
            .0
            .iter()
            .fold(Message::default().bytes(1, b""), |table, text| {
                table.bytes(1, text.as_bytes())
            });
        let block = Message::default().bytes(1, &table.0);
        let block = groups
            .iter()
            .fold(block, |block, group| block.bytes(2, &group.0));
        blob("OSMData", &block)
    }
}

type Node<'a> = (i64, f64, f64, &'a [(&'a str, &'a str)]);

fn nodes(strings: &mut Strings, nodes: &[Node<'_>]) -> Message {
    let units = |degrees: f64| (degrees * 1e7).round() as i64;
    let mut tags = Vec::new();
    for (.., of_node) in nodes {
        tags.extend(
            of_node
                .iter()
                .flat_map(|(key, value)| [strings.of(key), strings.of(value)]),
        );
        tags.push(0);
    }
    let dense = Message::default()
        .deltas(1, nodes.iter().map(|node| node.0))
        .deltas(8, nodes.iter().map(|node| units(node.2)))
        .deltas(9, nodes.iter().map(|node| units(node.1)))
        .packed(10, tags);
    Message::default().bytes(2, &dense.0)
}

fn header() -> Vec<u8> {
    let features = Message::default()
        .bytes(4, b"OsmSchema-V0.6")
        .bytes(4, b"DenseNodes");
    blob("OSMHeader", &features)
}

/// A hospital, a street of two corners, a house, and a lake with an island; and, before them, so many wells.
pub(super) fn extract(wells: usize) -> Vec<u8> {
    let mut file = header();
    for from in (0..wells).step_by(8000) {
        let tags = [("man_made", "water_well")];
        let list: Vec<Node<'_>> = (from..wells.min(from + 8000))
            .map(|at| {
                (
                    1_000_000 + at as i64,
                    106.1 + at as f64 * 1e-6,
                    20.8,
                    &tags as &[_],
                )
            })
            .collect();
        let mut strings = Strings::default();
        let group = nodes(&mut strings, &list);
        file.extend(strings.block(&[group]));
    }
    let mut strings = Strings::default();
    let hospital = [("amenity", "hospital"), ("name", "Bệnh viện Nhi Hải Dương")];
    let square = |first: i64, west: f64, south: f64, size: f64| -> [Node<'_>; 4] {
        [
            (first, west, south, &[]),
            (first + 1, west + size, south, &[]),
            (first + 2, west + size, south + size, &[]),
            (first + 3, west, south + size, &[]),
        ]
    };
    let mut all: Vec<Node<'_>> = vec![
        (1_900_001, 106.3146, 20.9373, &hospital),
        (1_900_002, 106.30, 20.93, &[]),
        (1_900_003, 106.31, 20.94, &[]),
    ];
    all.extend(square(1_900_011, 106.32, 20.93, 0.001));
    all.extend(square(1_900_021, 106.33, 20.93, 0.01));
    all.extend(square(1_900_031, 106.334, 20.934, 0.002));
    let points = nodes(&mut strings, &all);
    let ring = |first: i64| [first, first + 1, first + 2, first + 3, first];
    let mut way = |id: u64, tags: &[(&str, &str)], refs: &[i64]| {
        let way = strings.tags(Message::default().number(1, id), tags);
        way.deltas(8, refs.iter().copied()).0
    };
    let ways = Message::default()
        .bytes(
            3,
            &way(
                2_000_001,
                &[("highway", "primary"), ("name", "Đường Trần Hưng Đạo")],
                &[1_900_002, 1_900_003],
            ),
        )
        .bytes(
            3,
            &way(2_000_002, &[("building", "house")], &ring(1_900_011)),
        )
        .bytes(3, &way(2_000_003, &[], &ring(1_900_021)))
        .bytes(3, &way(2_000_004, &[], &ring(1_900_031)));
    let tags = [
        ("type", "multipolygon"),
        ("natural", "water"),
        ("name", "Hồ Bạch Đằng"),
    ];
    let lake = strings.tags(Message::default().number(1, 3_000_001), &tags);
    let roles = [strings.of("outer"), strings.of("inner")];
    let lake = lake
        .packed(8, roles)
        .deltas(9, [2_000_003, 2_000_004])
        .packed(10, [1, 1]);
    let relations = Message::default().bytes(4, &lake.0);
    file.extend(strings.block(&[points]));
    file.extend(strings.block(&[ways]));
    file.extend(strings.block(&[relations]));
    file
}

#[test]
fn an_openstreetmap_extract_asks_which_layer_and_gives_each() {
    let place = Place::new();
    let path = place.file("hai-duong.osm.pbf", extract(0));
    let message = place.refused(&path, |_| {});
    assert!(
        message.contains("points, lines") && message.contains("--source-layer"),
        "{message}"
    );
    let layer = |name: &str| {
        let wanted = name.to_owned();
        let report = place
            .import_with(&path, |request| request.source_layer = Some(wanted))
            .unwrap();
        assert_eq!(report.sources[0].crs, "EPSG:4326");
        place.twin.read(&id("probe")).unwrap()
    };
    let points = layer("points");
    assert_eq!(column(&points, "name"), ["Bệnh viện Nhi Hải Dương"]);
    check_shape(
        &geometries(&points)[0],
        &geo::Point::new(106.3146, 20.9373).into(),
        1e-9,
    );
    let lines = layer("lines");
    assert_eq!(column(&lines, "name"), ["Đường Trần Hưng Đạo"]);
    assert_eq!(column(&lines, "highway"), ["primary"]);
    let street = geo::LineString::from(vec![(106.30, 20.93), (106.31, 20.94)]);
    check_shape(&geometries(&lines)[0], &street.into(), 1e-9);
    let areas = layer("multipolygons");
    assert_eq!(areas.meta.kind, LayerKind::Vector(GeometryKind::Polygon));
    let lake = column(&areas, "name")
        .iter()
        .position(|name| name == "Hồ Bạch Đằng")
        .unwrap();
    let ring = |west: f64, south: f64, size: f64| {
        geo::LineString::from(vec![
            (west, south),
            (west + size, south),
            (west + size, south + size),
            (west, south + size),
            (west, south),
        ])
    };
    let expected = geo::Polygon::new(
        ring(106.33, 20.93, 0.01),
        vec![ring(106.334, 20.934, 0.002)],
    );
    check_shape(&geometries(&areas)[lake], &expected.into(), 1e-9);
    assert_eq!(areas.meta.feature_count, 2);
}

#[test]
fn streets_after_more_points_than_the_driver_would_keep_are_all_read() {
    let place = Place::new();
    let path = place.file("a.osm.pbf", extract(120_000));
    for (name, expected) in [("lines", 1), ("multipolygons", 2), ("points", 120_001)] {
        let report = place
            .import_with(&path, |request| {
                request.source_layer = Some(name.to_owned());
            })
            .unwrap();
        assert_eq!(report.features_published, expected, "{name}");
    }
}
