//! Finding places by name, with or without diacritics.

mod fold;
mod names;

use std::sync::Arc;

use geo::{Contains as _, InteriorPoint as _, Point};
use layers::{Extent, LayerId, LonLat, Theme};
use serde::Serialize;

pub(crate) use self::names::Names;
use self::{fold::fold, names::Entry};
use crate::{LayerSnapshot, TwinSnapshot};

/// A place found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// Its name as published.
    pub name: String,
    /// What it is: the layer's `kind`, `class` or `level` of it, else the layer's id.
    pub kind: String,
    /// The layer it is in.
    pub layer: LayerId,
    /// The feature, or the middle one of several with this name.
    pub fid: u64,
    /// Longitude of a point on it.
    pub lon: f64,
    /// Latitude of a point on it.
    pub lat: f64,
    /// Degrees to show to see all of it; none for a point.
    pub extent: Option<Extent>,
    /// Where it is, for a person to tell it from its namesakes: commune and district, or the layer's title.
    pub context: String,
}

/// The places whose name matches a text best, at most `limit`; none for a text without letters or digits.
///
/// A name matches when the text is the name, begins it, or when every word of the text begins a word of it, in that order of
/// rank; case, diacritics and composition do not matter, though a name that agrees in them comes before one that does not.
/// Administrative units come before what bears their name. Pieces of one road or river are one place.
///
/// # Complexity
/// The names of a layer are folded once per version; then O(names) per search.
pub fn search(snapshot: &TwinSnapshot, text: &str, limit: usize) -> Vec<Place> {
    let wanted = fold(text);
    if wanted.is_empty() || limit == 0 {
        return Vec::new();
    }
    let spelled = text.trim().to_lowercase();
    let mut found: Vec<(Rank, &Arc<LayerSnapshot>, &Entry)> = Vec::new();
    for layer in snapshot.layers.values() {
        let names = layer.names();
        let order = order_of(layer);
        found.extend(names.entries().iter().filter_map(|entry| {
            let quality = quality_of(&wanted, entry)?;
            let differs = !entry.name().to_lowercase().contains(&spelled);
            let rank = Rank {
                quality,
                order: (order, entry.rank()),
                differs,
                length: entry.name().chars().count(),
            };
            Some((rank, layer, entry))
        }));
    }
    found.sort_by(|a, b| {
        (a.0, a.2.name())
            .cmp(&(b.0, b.2.name()))
            .then_with(|| a.1.meta.id.cmp(&b.1.meta.id))
    });
    found
        .into_iter()
        .take(limit)
        .map(|(_, layer, entry)| place(snapshot, layer, entry))
        .collect()
}

/// How good a match is; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    quality: u8,
    /// Kind of layer, then the place's own rank.
    order: (u8, i64),
    /// Whether the diacritics differ from those typed.
    differs: bool,
    length: usize,
}

/// 0 the name, 1 its beginning, 2 beginnings of its words; none when it does not match.
fn quality_of(wanted: &str, entry: &Entry) -> Option<u8> {
    entry
        .folded()
        .iter()
        .filter_map(|name| {
            if name == wanted {
                Some(0)
            } else if name.starts_with(wanted) {
                Some(1)
            } else {
                begins_words(wanted, name).then_some(2)
            }
        })
        .min()
}

/// Whether every word wanted begins a word of the name, in order.
fn begins_words(wanted: &str, name: &str) -> bool {
    let mut words = name.split(' ');
    wanted
        .split(' ')
        .all(|wanted| words.any(|word| word.starts_with(wanted)))
}

/// Districts, communes and settlements, then other administration, then the rest.
fn order_of(layer: &LayerSnapshot) -> u8 {
    match layer.meta.id.as_str() {
        "districts" => 0,
        "communes" => 1,
        "places" => 2,
        _ if layer.meta.theme == Theme::Administration => 3,
        _ => 4,
    }
}

fn place(snapshot: &TwinSnapshot, layer: &LayerSnapshot, entry: &Entry) -> Place {
    let position = position_of(layer, entry);
    Place {
        name: entry.name().to_owned(),
        kind: entry
            .kind()
            .map_or_else(|| layer.meta.id.to_string(), str::to_owned),
        layer: layer.meta.id.clone(),
        fid: entry.fid(),
        lon: position.lon,
        lat: position.lat,
        extent: Some(*entry.extent())
            .filter(|extent| extent.width() > 0.0 || extent.height() > 0.0),
        context: context_of(snapshot, layer, position),
    }
}

/// A point on the feature; the middle of its extent where it has none.
fn position_of(layer: &LayerSnapshot, entry: &Entry) -> LonLat {
    let inside = layer
        .geometry(entry.row())
        .and_then(|shape| shape.interior_point());
    let (lon, lat) = inside.map_or_else(|| entry.extent().center(), |point| (point.x(), point.y()));
    LonLat { lon, lat }
}

/// The names of the commune and the district around a position, as far as there are such layers.
fn context_of(snapshot: &TwinSnapshot, layer: &LayerSnapshot, position: LonLat) -> String {
    let around = |id: &str| {
        let units = snapshot.layers.get(&id.parse::<LayerId>().ok()?)?;
        if units.meta.id == layer.meta.id || (layer.meta.id.as_str() == "districts") {
            return None;
        }
        let point = Point::new(position.lon, position.lat);
        let window =
            Extent::from_corners((position.lon, position.lat), (position.lon, position.lat));
        let holds = |row: &u32| {
            units
                .geometry(*row)
                .is_some_and(|shape| shape.contains(&point))
        };
        let row = units.window(&window).into_iter().find(holds)?;
        units
            .names()
            .entries()
            .iter()
            .find(|entry| entry.row() == row)
            .map(|entry| entry.name().to_owned())
    };
    let names: Vec<String> = ["communes", "districts"]
        .into_iter()
        .filter_map(around)
        .collect();
    if names.is_empty() {
        layer.meta.title_vi.clone()
    } else {
        names.join(", ")
    }
}
