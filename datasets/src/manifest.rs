//! `manifest.json`: which files make up which layer. It is written last, so a folder with one is complete.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{error::GenerateError, records::ManifestRecord, scale::Scale, write::create};

/// File name of the manifest inside the province's folder.
pub(crate) const FILE_NAME: &str = "manifest.json";

/// What a generated folder holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Seed of the province.
    pub seed: u64,
    /// Size of the province.
    pub scale: Scale,
    /// One entry per layer.
    pub entries: Vec<ManifestEntry>,
}

/// One layer and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Layer id, such as `parcels`.
    pub layer: String,
    /// Theme, such as `land`.
    pub theme: String,
    /// Title in Vietnamese; says that the data are synthetic.
    pub title_vi: String,
    /// Title in English; says that the data are synthetic.
    pub title_en: String,
    /// Files to import, relative to the folder.
    pub sources: Vec<PathBuf>,
    /// Owner, sharing, licence, update frequency, sectors.
    pub record: ManifestRecord,
}

impl Manifest {
    /// Reads the manifest of a complete folder.
    ///
    /// # Errors
    /// [`GenerateError::Manifest`] when there is none (the folder is incomplete) or it is not understood.
    pub fn read(dir: &Path) -> Result<Self, GenerateError> {
        let path = dir.join(FILE_NAME);
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| GenerateError::Manifest {
            path: path.clone(),
            source,
        };
        let text = fs::read_to_string(&path).map_err(|source| fail(Box::new(source)))?;
        let value: Value = serde_json::from_str(&text).map_err(|source| fail(Box::new(source)))?;
        parse(&value).ok_or_else(|| fail("an entry is missing or has another type".into()))
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), GenerateError> {
        let entries: Vec<Value> = self
            .entries
            .iter()
            .map(|entry| {
                let sources: Vec<String> = entry
                    .sources
                    .iter()
                    .map(|path| path.to_string_lossy().into_owned())
                    .collect();
                json!({
                    "layer": entry.layer, "theme": entry.theme, "title_vi": entry.title_vi,
                    "title_en": entry.title_en, "sources": sources, "agency": entry.record.agency,
                    "sharing": entry.record.sharing, "licence": entry.record.licence,
                    "frequency": entry.record.frequency, "sectors": entry.record.sectors,
                })
            })
            .collect();
        let value = json!({
            "seed": self.seed, "scale": self.scale.to_string(), "synthetic": true, "entries": entries,
        });
        create::json(&dir.join(FILE_NAME), &value)
    }
}

fn text(entry: &Value, key: &str) -> Option<String> {
    Some(entry.get(key)?.as_str()?.to_owned())
}

fn record(entry: &Value) -> Option<ManifestRecord> {
    let sectors = entry.get("sectors")?.as_array()?;
    Some(ManifestRecord {
        agency: text(entry, "agency")?,
        sharing: text(entry, "sharing")?,
        licence: text(entry, "licence")?,
        frequency: text(entry, "frequency")?,
        sectors: sectors
            .iter()
            .map(|sector| sector.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
    })
}

fn parse(value: &Value) -> Option<Manifest> {
    let entries = value
        .get("entries")?
        .as_array()?
        .iter()
        .map(|entry| {
            let sources = entry.get("sources")?.as_array()?;
            Some(ManifestEntry {
                layer: text(entry, "layer")?,
                theme: text(entry, "theme")?,
                title_vi: text(entry, "title_vi")?,
                title_en: text(entry, "title_en")?,
                sources: sources
                    .iter()
                    .map(|path| path.as_str().map(PathBuf::from))
                    .collect::<Option<_>>()?,
                record: record(entry)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Manifest {
        seed: value.get("seed")?.as_u64()?,
        scale: value.get("scale")?.as_str()?.parse().ok()?,
        entries,
    })
}
