//! The catalog as STAC: one Collection for each layer.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::records::{description, is_restricted, keywords, licence, links, own_members};
use crate::{Extent, LayerMeta};

/// The whole world, where nothing has a place.
const WORLD: Extent = Extent {
    min_x: -180.0,
    min_y: -90.0,
    max_x: 180.0,
    max_y: 90.0,
};

/// The catalog as STAC 1.1 Collections, ages as of `now`; `base` and restricted layers as in [`super::records`].
///
/// STAC asks every collection for a place: a table without one has that of all layers together. The time is open on both
/// sides where nothing is known of it.
pub fn stac(metas: &[LayerMeta], now: DateTime<Utc>, base: Option<&str>) -> Value {
    let all = metas
        .iter()
        .filter_map(|meta| meta.extent)
        .fold(Extent::EMPTY, |all, extent| all.union(&extent));
    let elsewhere = if all.is_empty() { WORLD } else { all };
    let collections: Vec<Value> = metas
        .iter()
        .map(|meta| collection(meta, &meta.extent.unwrap_or(elsewhere), (now, base)))
        .collect();
    json!({"collections": collections, "links": []})
}

fn collection(
    meta: &LayerMeta,
    extent: &Extent,
    (now, base): (DateTime<Utc>, Option<&str>),
) -> Value {
    let agency = &meta.record.agency;
    let providers = (!agency.is_empty()).then(|| json!([{"name": agency, "roles": ["producer"]}]));
    let mut members: Map<String, Value> = own_members(meta, now);
    let links = base.filter(|_| !is_restricted(meta));
    members.extend(
        [
            ("type", json!("Collection")),
            ("stac_version", json!("1.1.0")),
            ("stac_extensions", json!([])),
            ("id", json!(meta.id)),
            ("title", json!(meta.title_vi)),
            ("description", json!(description(meta))),
            ("keywords", json!(keywords(meta))),
            ("license", json!(licence(meta))),
            ("providers", providers.unwrap_or_else(|| json!([]))),
            (
                "extent",
                json!({
                    "spatial": {"bbox": [[extent.min_x, extent.min_y, extent.max_x, extent.max_y]]},
                    "temporal": {"interval": [[null, null]]},
                }),
            ),
            (
                "links",
                links
                    .map_or_else(Vec::new, |base| self::links(meta, base))
                    .into(),
            ),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    Value::Object(members)
}
