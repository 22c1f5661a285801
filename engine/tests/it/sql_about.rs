//! What layers and columns mean, asked by SQL.

use std::sync::Arc;

use engine::{LayerSnapshot, TwinSnapshot};
use layers::{
    Layer, LayerMeta,
    catalog::{Sector, Sharing, UpdateFrequency},
    layer::{Attribute, AttributeKind, SourceInfo},
};
use serde_json::{Value, json};

use crate::fixture::{districts, province, rows};

/// Districts of a known owner.
fn described(change: fn(&mut LayerMeta)) -> Arc<TwinSnapshot> {
    let layer = districts();
    let mut meta = layer.meta.as_ref().clone();
    meta.record.agency = "Sở Nội vụ".to_owned();
    meta.record.licence = "CC-BY-4.0".to_owned();
    meta.record.frequency = Some(UpdateFrequency::Daily);
    meta.record.sectors = vec![Sector::ALL[0], Sector::ALL[2]];
    meta.sources = vec![SourceInfo {
        path: "/srv/deliveries/HUYEN.shp".into(),
        format: "ESRI Shapefile".to_owned(),
        crs: "EPSG:9209".to_owned(),
        crs_from: String::new(),
        transformation: String::new(),
        encoding: "UTF-8".to_owned(),
        checksum: String::new(),
    }];
    let attribute = |name: &str, source: Option<&str>| Attribute {
        name: name.to_owned(),
        source_name: source.map(str::to_owned),
        kind: AttributeKind::Text,
    };
    meta.attributes = vec![attribute("name", Some("TEN_HUYEN"))];
    change(&mut meta);
    let layer = Layer {
        meta: Arc::new(meta),
        ..layer
    };
    Arc::new(TwinSnapshot::from_layers([LayerSnapshot::from_layer(
        layer,
    )
    .unwrap()]))
}

#[test]
fn layers_tell_what_they_are() {
    let twin = described(|_| ());
    let columns = "layer, title, title_en, theme, kind, rows, frequency, freshness, agency, licence, source, synthetic, min_lon";
    let found = rows(&twin, &format!("SELECT {columns} FROM catalog.layers"));
    let expected = json!([[
        "districts",
        "Lớp districts",
        "Layer districts",
        "administration",
        "polygon",
        4,
        "daily",
        "overdue",
        "Sở Nội vụ",
        "CC-BY-4.0",
        "HUYEN.shp",
        true,
        106.0
    ]]);
    assert_eq!(found, expected);
    let sectors = rows(&twin, "SELECT sectors FROM catalog.layers");
    let both = format!("{}, {}", Sector::ALL[0], Sector::ALL[2]);
    assert_eq!(sectors, json!([[both]]));
    let unknown = rows(
        &province(),
        "SELECT agency, sharing, licence, source, freshness FROM catalog.layers WHERE layer = 'parcels'",
    );
    assert_eq!(unknown, json!([[null, null, null, null, "unknown"]]));
    let published = rows(
        &province(),
        "SELECT DISTINCT published < now() FROM catalog.layers",
    );
    assert_eq!(published, json!([[true]]));
}

#[test]
fn a_restricted_layer_does_not_tell_its_files() {
    let twin = described(|meta| meta.record.sharing = Some(Sharing::Restricted));
    let found = rows(&twin, "SELECT sharing, source FROM catalog.layers");
    assert_eq!(found, json!([["restricted", null]]));
}

#[test]
fn columns_tell_what_they_mean() {
    let twin = described(|_| ());
    let found = rows(
        &twin,
        "SELECT column_name, data_type, comment FROM catalog.columns WHERE layer = 'districts' ORDER BY ordinal_position",
    );
    let found = found.as_array().unwrap();
    let comment = |name: &str| {
        found
            .iter()
            .find(|row| row[0] == name)
            .map(|row| row[2].clone())
            .unwrap()
    };
    assert!(comment("name").as_str().unwrap().contains("TEN_HUYEN"));
    assert!(comment("geom").as_str().unwrap().contains("OGC:CRS84"));
    assert!(comment("h3").as_str().unwrap().contains("resolution 9"));
    assert!(
        comment("fid")
            .as_str()
            .unwrap()
            .contains("number of the feature")
    );
    let undescribed = rows(
        &province(),
        "SELECT comment FROM catalog.columns WHERE layer = 'parcels' AND column_name = 'ma_dat'",
    );
    assert_eq!(undescribed[0][0], Value::Null);
}

#[test]
fn the_schema_lists_comments_and_the_tables_are_known() {
    let schema = engine::sql::schema(&described(|_| ()));
    assert_eq!(schema.tables[0].comment, "Lớp districts · Layer districts");
    let name = schema.tables[0]
        .columns
        .iter()
        .find(|column| column.name == "name")
        .unwrap();
    assert!(name.comment.as_ref().unwrap().contains("TEN_HUYEN"));
    let listed = rows(
        &province(),
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'catalog' ORDER BY 1",
    );
    assert_eq!(listed, json!([["columns"], ["layers"]]));
    let joined = "SELECT count(*) FROM catalog.columns c JOIN information_schema.columns i ON c.layer = i.table_name AND c.column_name = i.column_name";
    let all = rows(&province(), "SELECT count(*) FROM catalog.columns");
    assert_eq!(rows(&province(), joined), all);
}
