//! The names of a layer, folded once and pieces of one thing put together.

use std::collections::BTreeMap;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, StringArray},
    compute::cast,
    datatypes::{DataType, Int64Type},
};
use layers::{Extent, GeometryKind, Layer, LayerKind};

use super::fold::fold;
use crate::LayerSnapshot;

/// Pieces of one name that are nearer than this, in degrees (about 3 km), are one road or river.
const JOINT_DEG: f64 = 0.03;

/// The rank of what has none of its own.
const NO_RANK: i64 = i64::MAX;

/// What can be found in a layer.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Entry>);

/// A thing with a name.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: String,
    /// The folded name, and with its kind in front where the name does not say it.
    folded: Vec<String>,
    kind: Option<String>,
    rank: i64,
    row: u32,
    fid: u64,
    extent: Extent,
}

impl Names {
    /// Reads the `name` column, if the layer has one; rows without a name or a position cannot be found.
    pub(crate) fn of(layer: &LayerSnapshot) -> Self {
        let text = |column: &str| {
            let column: &ArrayRef = layer.batch.column_by_name(column)?;
            let column = cast(column, &DataType::Utf8).ok()?;
            Some(column.as_string::<i32>().clone())
        };
        let Some(names) = text("name") else {
            return Self::default();
        };
        let kinds: Option<StringArray> = ["kind", "class", "level"].into_iter().find_map(text);
        let whole = |column: &str| {
            let column = cast(layer.batch.column_by_name(column)?, &DataType::Int64).ok()?;
            Some(column.as_primitive::<Int64Type>().clone())
        };
        let (ranks, fids) = (whole("rank"), whole(Layer::FID));
        let entries = (0_u32..).zip(names.iter()).filter_map(|(row, name)| {
            let place = row as usize;
            let name = name.map(str::trim).filter(|name| !name.is_empty())?;
            let kind = kinds
                .as_ref()
                .filter(|kinds| kinds.is_valid(place))
                .map(|kinds| kinds.value(place).to_owned());
            let rank = ranks
                .as_ref()
                .filter(|ranks| ranks.is_valid(place))
                .map_or(NO_RANK, |ranks| ranks.value(place));
            let fid = fids
                .as_ref()
                .and_then(|fids| u64::try_from(fids.value(place)).ok())
                .unwrap_or(row.into());
            Some(Entry {
                folded: spellings(name, kind.as_deref()),
                name: name.to_owned(),
                kind,
                rank,
                row,
                fid,
                extent: layer.extent_of(row)?,
            })
        });
        if layer.meta.kind == LayerKind::Vector(GeometryKind::Line) {
            return Self(joined(entries));
        }
        Self(entries.collect())
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.0
    }
}

impl Entry {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn folded(&self) -> &[String] {
        &self.folded
    }

    pub(super) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    pub(super) fn rank(&self) -> i64 {
        self.rank
    }

    pub(super) fn row(&self) -> u32 {
        self.row
    }

    pub(super) fn fid(&self) -> u64 {
        self.fid
    }

    pub(super) fn extent(&self) -> &Extent {
        &self.extent
    }
}

/// "Trần Phú" of kind "phường" is found as "phường Trần Phú" too.
fn spellings(name: &str, kind: Option<&str>) -> Vec<String> {
    let folded = fold(name);
    let with_kind = kind.map(|kind| fold(&format!("{kind} {name}")));
    let with_kind = with_kind.filter(|_| !kind.is_some_and(|kind| folded.starts_with(&fold(kind))));
    std::iter::once(folded).chain(with_kind).collect()
}

/// Pieces of one name that lie together as one entry, standing for it the piece nearest to the middle.
fn joined(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut by_name: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        by_name
            .entry(entry.folded[0].clone())
            .or_default()
            .push(entry);
    }
    by_name
        .into_values()
        .flat_map(clusters)
        .map(one_of)
        .collect()
}

/// Groups of pieces whose extents are within [`JOINT_DEG`] of one another, directly or through others.
fn clusters(pieces: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut clusters: Vec<(Extent, Vec<Entry>)> = Vec::new();
    for piece in pieces {
        let (mut extent, mut members) = (piece.extent, vec![piece]);
        // Growing may reach a cluster that was out of reach before.
        while let Some(place) = clusters
            .iter()
            .position(|(other, _)| other.intersects(&extent.grown(JOINT_DEG)))
        {
            let (other, others) = clusters.swap_remove(place);
            extent = extent.union(&other);
            members.extend(others);
        }
        clusters.push((extent, members));
    }
    clusters.into_iter().map(|(_, members)| members).collect()
}

fn one_of(pieces: Vec<Entry>) -> Entry {
    let extent = pieces
        .iter()
        .fold(Extent::EMPTY, |extent, piece| extent.union(&piece.extent));
    let (x, y) = extent.center();
    let away = |piece: &Entry| {
        let (piece_x, piece_y) = piece.extent.center();
        (piece_x - x).hypot(piece_y - y)
    };
    let nearest = pieces
        .into_iter()
        .min_by(|a, b| away(a).total_cmp(&away(b)).then(a.row.cmp(&b.row)));
    Entry {
        extent,
        ..nearest.expect("a cluster has at least the piece it began with")
    }
}
