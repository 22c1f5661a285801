//! The catalog as OGC API Records: a GeoJSON collection with one record for each layer.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::Sharing;
use crate::{Extent, LayerKind, LayerMeta, SourceInfo};

/// The conformance class that a record of this shape belongs to.
const RECORD_CORE: &str = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core";

/// The catalog as OGC API Records 1.0: a GeoJSON feature collection, ages as of `now`.
///
/// `base` is the address of the server that has the layers, without a slash at its end; without one the records have no
/// links. What has no place in the standard is in members that begin with `lucdau:`. Of a restricted layer the record
/// says what it is, whose it is and that it is restricted; files, attributes, counts and links are left out.
pub fn records(metas: &[LayerMeta], now: DateTime<Utc>, base: Option<&str>) -> Value {
    let features: Vec<Value> = metas.iter().map(|meta| record(meta, now, base)).collect();
    json!({
        "type": "FeatureCollection",
        "timeStamp": moment(now),
        "numberMatched": features.len(),
        "numberReturned": features.len(),
        "features": features,
        "links": base.map(|base| link(base, "/catalog", "self", "application/geo+json")).into_iter().collect::<Vec<_>>(),
    })
}

fn record(meta: &LayerMeta, now: DateTime<Utc>, base: Option<&str>) -> Value {
    json!({
        "id": meta.id,
        "type": "Feature",
        "conformsTo": [RECORD_CORE],
        "time": null,
        "geometry": meta.extent.as_ref().map(outline),
        "properties": properties(meta, now),
        "links": base.filter(|_| !is_restricted(meta)).map_or_else(Vec::new, |base| links(meta, base)),
    })
}

fn properties(meta: &LayerMeta, now: DateTime<Utc>) -> Map<String, Value> {
    let record = &meta.record;
    let mut properties = own_members(meta, now);
    properties.extend(
        [
            ("type", json!("dataset")),
            ("title", json!(meta.title_vi)),
            ("description", json!(description(meta))),
            ("language", json!({"code": "vi", "name": "Tiếng Việt"})),
            ("updated", json!(moment(meta.published_at))),
            ("keywords", json!(keywords(meta))),
            ("themes", json!(themes(meta))),
            ("license", json!(licence(meta))),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    if !record.agency.is_empty() {
        let owner = json!([{"organization": record.agency, "roles": ["owner"]}]);
        properties.insert("contacts".to_owned(), owner);
    }
    properties
}

/// What standards have no member for: the same in records and in STAC.
pub(super) fn own_members(meta: &LayerMeta, now: DateTime<Utc>) -> Map<String, Value> {
    let record = &meta.record;
    let freshness = record.freshness(meta.published_at, now);
    let mut members = vec![
        ("lucdau:title_en", json!(meta.title_en)),
        ("lucdau:version", json!(meta.version)),
        ("lucdau:synthetic", json!(meta.synthetic)),
        ("lucdau:agency", json!(record.agency)),
        ("lucdau:sharing", json!(record.sharing)),
        ("lucdau:licence", json!(record.licence)),
        ("lucdau:frequency", json!(record.frequency)),
        ("lucdau:freshness", json!(freshness)),
    ];
    if !is_restricted(meta) {
        let attributes: Vec<&str> = meta
            .attributes
            .iter()
            .map(|own| own.name.as_str())
            .collect();
        members.extend([
            ("lucdau:kind", json!(meta.kind)),
            ("lucdau:count", json!(meta.feature_count)),
            ("lucdau:attributes", json!(attributes)),
            ("lucdau:sources", meta.sources.iter().map(source).collect()),
            ("lucdau:h3", json!(record.h3)),
        ]);
    }
    members
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// A source by the name of its file: where we keep it is nobody's business.
fn source(source: &SourceInfo) -> Value {
    json!({
        "file": source.path.file_name().map(|name| name.to_string_lossy()),
        "format": source.format,
        "crs": source.crs,
        "crs_from": source.crs_from,
        "encoding": source.encoding,
        "blake3": source.checksum,
    })
}

pub(super) fn is_restricted(meta: &LayerMeta) -> bool {
    meta.record.sharing == Some(Sharing::Restricted)
}

pub(super) fn description(meta: &LayerMeta) -> String {
    let made_up = if meta.synthetic {
        " · dữ liệu tổng hợp, không phải số liệu thật · synthetic data, not real records"
    } else {
        ""
    };
    format!("{} · {}{made_up}", meta.title_vi, meta.title_en)
}

pub(super) fn keywords(meta: &LayerMeta) -> Vec<&'static str> {
    let sectors = meta.record.sectors.iter().map(|sector| sector.as_str());
    std::iter::once(meta.theme.as_str())
        .chain(sectors)
        .collect()
}

/// The licence as catalogs ask for it: an SPDX identifier, or `other`, with the words as given beside it.
pub(super) fn licence(meta: &LayerMeta) -> &str {
    let licence = meta.record.licence.as_str();
    let is_identifier = !licence.is_empty()
        && licence.len() <= 64
        && licence
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte));
    if is_identifier { licence } else { "other" }
}

pub(super) fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn themes(meta: &LayerMeta) -> Vec<Value> {
    let mut themes = vec![json!({"scheme": "urn:lucdau:theme", "concepts": [{"id": meta.theme}]})];
    if !meta.record.sectors.is_empty() {
        let concept = |sector: &super::Sector| json!({"id": sector, "title": sector.name_vi(), "description": sector.name_en()});
        let concepts: Vec<Value> = meta.record.sectors.iter().map(concept).collect();
        themes.push(json!({"scheme": "urn:lucdau:sector", "concepts": concepts}));
    }
    themes
}

fn outline(extent: &Extent) -> Value {
    let Extent {
        min_x,
        min_y,
        max_x,
        max_y,
    } = *extent;
    let ring = [
        [min_x, min_y],
        [max_x, min_y],
        [max_x, max_y],
        [min_x, max_y],
        [min_x, min_y],
    ];
    json!({"type": "Polygon", "coordinates": [ring]})
}

/// Where the layer is served.
pub(super) fn links(meta: &LayerMeta, base: &str) -> Vec<Value> {
    let mut links = vec![link(
        base,
        &format!("/layers/{}", meta.id),
        "describedby",
        "application/json",
    )];
    if matches!(meta.kind, LayerKind::Vector(_)) {
        let tiles = format!("/vector/{}.json", meta.id);
        links.push(link(base, &tiles, "tiles", "application/json"));
    }
    links
}

fn link(base: &str, path: &str, rel: &str, media_type: &str) -> Value {
    json!({"href": format!("{base}{path}"), "rel": rel, "type": media_type})
}
