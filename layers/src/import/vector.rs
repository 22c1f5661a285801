//! Features and tables: open, look at the first batch, plan, read to the end, assemble, publish.

use std::{
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use arrow::array::AsArray as _;

use super::{
    ImportRequest,
    assemble::Assembly,
    attributes::{self, SourceAttribute},
    locate::{self, Located},
    prepare::{self, H3_RESOLUTION, Plan, TextMode},
};
use crate::{
    Attribute, Crs, Encoding, Extent, FindingCode, ImportError, ImportReport, LayerKind, LayerMeta,
    Progress, SourceInfo, StoreError, Transformer, Version, encoding, repair,
    report::Findings,
    source::{self, About, Source, SourceBatch},
    store::{DATA_FILE, QUARANTINE_FILE, REPORT_FILE, Writer},
};

/// The sources of a request, by what they hold.
pub(super) enum Opened {
    Vectors(Vec<Box<dyn Source>>),
    Rasters(Vec<PathBuf>),
}

/// Opens all sources, which must be of one kind.
pub(super) fn open_all(
    request: &ImportRequest,
    progress: &dyn Progress,
) -> Result<Opened, ImportError> {
    let mut vectors = Vec::new();
    let mut rasters = Vec::new();
    let total = request.sources.len() as u64;
    for (at, path) in request.sources.iter().enumerate() {
        if progress.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
        progress.step("open", at as u64, Some(total));
        for opened in source::open_each(path, request.source_layer.as_deref())? {
            match opened {
                source::Opened::Vector(source) => vectors.push(source),
                source::Opened::Raster(path) => rasters.push(path),
            }
        }
    }
    match (vectors.first(), rasters.first()) {
        (Some(vector), Some(raster)) => Err(ImportError::MixedSources {
            first: vector.about().path.clone(),
            first_kind: "a layer of features",
            other: source::address::shown(raster).into(),
            other_kind: "a raster",
        }),
        (None, None) => Err(ImportError::NoSource),
        (None, Some(_)) => Ok(Opened::Rasters(rasters)),
        (Some(_), None) => Ok(Opened::Vectors(vectors)),
    }
}

/// A source with what was decided from its first batch.
struct Planned {
    source: Box<dyn Source>,
    first: Option<SourceBatch>,
    located: Option<Located>,
    plan: Plan,
}

pub(super) fn import(
    writer: Option<&Writer<'_>>,
    request: &ImportRequest,
    sources: Vec<Box<dyn Source>>,
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    let mut findings = Findings::default();
    let mut planned = sources
        .into_iter()
        .map(|source| plan(source, request, &mut findings))
        .collect::<Result<Vec<_>, _>>()?;
    let own: Vec<&[SourceAttribute]> = planned
        .iter()
        .map(|planned| planned.plan.attributes.as_slice())
        .collect();
    let merged = attributes::merge(&own, &mut findings);
    let has_geometry = planned
        .iter()
        .any(|planned| planned.source.about().geometry.is_some());
    let mut assembly = Assembly::new(prepare::row_schema(&merged, has_geometry), writer.is_some());
    let read = read_all(
        &mut planned,
        &merged,
        &mut assembly,
        &mut findings,
        progress,
    )?;
    if read == 0 {
        findings.note(FindingCode::LayerEmpty, || planned[0].plan.label.clone());
    }
    if assembly.kinds.len() > 1 {
        findings.note(FindingCode::GeometryMixed, || {
            format!("{:?}", assembly.kinds)
        });
    }
    let mut report = ImportReport {
        layer: request.layer.clone(),
        version: None,
        sources: planned.iter().map(describe).collect(),
        features_read: read,
        features_published: assembly.published,
        features_repaired: assembly.repaired,
        features_set_aside: assembly.aside,
        findings: findings.into_sorted(),
    };
    if let Some(writer) = writer {
        let declared = planned
            .iter()
            .find_map(|planned| planned.source.about().geometry);
        let kind = declared.map_or(LayerKind::Table, |declared| {
            LayerKind::Vector(assembly.kind(declared))
        });
        publish(
            writer,
            request,
            (&assembly, merged, kind),
            &mut report,
            progress,
        )?;
    }
    Ok(report)
}

/// Reads and prepares every feature of every source; gives how many there were.
fn read_all(
    planned: &mut [Planned],
    merged: &[Attribute],
    assembly: &mut Assembly,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<u64, ImportError> {
    let has_geometry = planned
        .iter()
        .any(|planned| planned.source.about().geometry.is_some());
    let known: Option<u64> = planned
        .iter()
        .map(|planned| planned.source.about().feature_count)
        .sum();
    let mut read = 0;
    for planned in planned {
        planned.plan.columns = merged.iter().map(|wanted| planned.column(wanted)).collect();
        while let Some(batch) = planned.next()? {
            if progress.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            read += batch.rows as u64;
            let prepared =
                prepare::prepare(&mut planned.plan, &batch, merged, has_geometry, findings)?;
            assembly.add(prepared);
            progress.step("read", read, known.map(|known| known.max(read)));
        }
        let label = planned.plan.label.clone();
        for warning in planned.source.warnings() {
            findings.note(FindingCode::DriverWarning, || format!("{label}: {warning}"));
        }
    }
    Ok(read)
}

impl Planned {
    /// Which of its columns is an attribute of the layer.
    fn column(&self, wanted: &Attribute) -> Option<usize> {
        let own = &self.plan.attributes;
        own.iter().position(|own| own.name == wanted.name)
    }

    fn next(&mut self) -> Result<Option<SourceBatch>, ImportError> {
        match self.first.take() {
            Some(batch) => Ok(Some(batch)),
            None => Ok(self.source.next_batch()?),
        }
    }
}

/// Reads the first batch and decides encoding, names and CRS.
fn plan(
    mut source: Box<dyn Source>,
    request: &ImportRequest,
    findings: &mut Findings,
) -> Result<Planned, ImportError> {
    let first = source.next_batch()?;
    let about = source.about().clone();
    let label = about.path.file_name().map_or_else(
        || about.path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let text = text_mode(&about, first.as_ref(), request.encoding, &label, findings);
    let extent = first.as_ref().map_or(Extent::EMPTY, extent_of);
    let located = match about.geometry {
        Some(_) => Some(locate::locate(
            &about,
            request.crs.as_ref(),
            &extent,
            findings,
        )?),
        None => None,
    };
    let from = located
        .as_ref()
        .map_or_else(Crs::stored, |located| located.crs.clone());
    let transformer = Transformer::new(&from, &Crs::stored())?;
    let attributes = name_attributes(&about, text, findings);
    let plan = Plan {
        label,
        text,
        attributes,
        transformer,
        columns: Vec::new(),
        read: 0,
    };
    Ok(Planned {
        source,
        first,
        located,
        plan,
    })
}

fn text_mode(
    about: &About,
    first: Option<&SourceBatch>,
    given: Option<Encoding>,
    label: &str,
    findings: &mut Findings,
) -> TextMode {
    if let Some(given) = given {
        return match (about.raw_text, given) {
            (true, _) => TextMode::Bytes(given),
            (false, Encoding::Utf8) => TextMode::Unicode,
            (false, _) => TextMode::Mojibake(given),
        };
    }
    let names = about.fields.iter().map(|field| field.name.as_slice());
    let texts: Vec<&[u8]> = names
        .chain(first.into_iter().flat_map(prepare::text_bytes))
        .collect();
    if !about.raw_text {
        return driver_text(about, &texts, label, findings);
    }
    let texts = || texts.iter().copied();
    match (about.declared_encoding, encoding::detect(texts())) {
        (None, None) => TextMode::Undecided,
        (Some(declared), None) => TextMode::Bytes(declared),
        (None, Some(found)) => {
            if about.format.contains("Shapefile") || found != Encoding::Utf8 {
                findings.note(FindingCode::EncodingGuessed, || format!("{label}: {found}"));
            }
            TextMode::Bytes(found)
        }
        (Some(declared), Some(found)) => {
            let lies = match declared {
                Encoding::Utf8 => found != Encoding::Utf8,
                Encoding::Cp1252 => {
                    matches!(found, Encoding::Tcvn3 | Encoding::Vni | Encoding::Utf8)
                }
                Encoding::Cp1258 if found == Encoding::Utf8 => true,
                Encoding::Cp1258 => encoding::reads_better(texts(), found, declared),
                _ => false,
            };
            if lies {
                findings.note(FindingCode::EncodingWrong, || {
                    format!("{label}: {declared} → {found}")
                });
            }
            TextMode::Bytes(if lies { found } else { declared })
        }
    }
}

/// How to take text that a driver gives as UTF-8: as it is, unless it is none or the file's code page was a lie.
fn driver_text(about: &About, texts: &[&[u8]], label: &str, findings: &mut Findings) -> TextMode {
    let mut wrong = |from: &str, found: Encoding| {
        findings.note(FindingCode::EncodingWrong, || {
            format!("{label}: {from} → {found}")
        });
    };
    match encoding::detect(texts.iter().copied()) {
        Some(found) if found != Encoding::Utf8 => {
            wrong("utf-8", found);
            return TextMode::Bytes(found);
        }
        _ if !about.code_pages => return TextMode::Unicode,
        _ => {}
    }
    let unicode = texts.iter().filter_map(|text| str::from_utf8(text).ok());
    match encoding::looks_like_mojibake(unicode) {
        Some(found) => {
            wrong("cp1252", found);
            TextMode::Mojibake(found)
        }
        None => TextMode::Unicode,
    }
}

fn name_attributes(about: &About, text: TextMode, findings: &mut Findings) -> Vec<SourceAttribute> {
    let encoding = match text {
        TextMode::Bytes(encoding) => encoding,
        _ => Encoding::Utf8,
    };
    let names: Vec<String> = about
        .fields
        .iter()
        .map(|field| encoding.decode(&field.name).into_owned())
        .collect();
    let named = attributes::name_all(&names, findings);
    named
        .into_iter()
        .zip(names)
        .zip(&about.fields)
        .map(|((name, source_name), field)| {
            let kind = attributes::kind_of(&field.data_type, field.text);
            SourceAttribute {
                name,
                source_name,
                kind,
            }
        })
        .collect()
}

/// The extent of the finite coordinates of a batch, in the source's units, without the few features that lie far off.
fn extent_of(batch: &SourceBatch) -> Extent {
    let Some(column) = batch
        .geometry
        .as_ref()
        .and_then(|column| column.as_binary_opt::<i32>())
    else {
        return Extent::EMPTY;
    };
    let geometries = column
        .iter()
        .flatten()
        .filter_map(|wkb| repair::parse(wkb).ok());
    let extents: Vec<Extent> = geometries
        .map(|parsed| repair::extent_of(&parsed.geometry))
        .collect();
    locate::typical(&extents)
}

fn describe(planned: &Planned) -> SourceInfo {
    let about = planned.source.about();
    let located = planned.located.as_ref();
    let encoding = match planned.plan.text {
        TextMode::Bytes(encoding) | TextMode::Mojibake(encoding) => encoding.as_str(),
        TextMode::Undecided => "ascii",
        TextMode::Unicode => "utf-8",
    };
    SourceInfo {
        path: about.path.clone(),
        format: about.format.clone(),
        crs: located.map_or_else(String::new, |located| located.crs.to_string()),
        crs_from: located.map_or_else(String::new, |located| located.from.clone()),
        encoding: encoding.to_owned(),
        checksum: checksum(&about.path),
    }
}

/// BLAKE3 of a file; empty for what is no file (a folder, an address) and, with a warning, for one that fails now.
pub(super) fn checksum(path: &Path) -> String {
    let hash = || -> io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        Ok(hasher.finalize().to_hex().to_string())
    };
    hash().unwrap_or_else(|error| {
        if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) {
            tracing::warn!(path = %path.display(), %error, "no checksum of the source");
        }
        String::new()
    })
}

fn publish(
    writer: &Writer<'_>,
    request: &ImportRequest,
    (assembly, attributes, kind): (&Assembly, Vec<Attribute>, LayerKind),
    report: &mut ImportReport,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let staging = writer.stage(&request.layer, kind)?;
    let total = assembly.published;
    assembly.write(&staging.path().join(DATA_FILE), &|done| {
        progress.step("write", done, Some(total));
    })?;
    assembly.write_set_aside(&staging.path().join(QUARANTINE_FILE))?;
    let mut meta = meta(request, kind, report);
    meta.attributes = attributes;
    meta.feature_count = assembly.published;
    meta.extent = (!assembly.extent.is_empty()).then_some(assembly.extent);
    write_report(report, &staging.path().join(REPORT_FILE))?;
    if progress.is_cancelled() {
        return Err(ImportError::Cancelled);
    }
    progress.step("publish", 0, None);
    report.version = Some(writer.publish(&staging, meta)?);
    Ok(())
}

/// The description of a new version, without its counts, extent and attributes.
pub(super) fn meta(request: &ImportRequest, kind: LayerKind, report: &ImportReport) -> LayerMeta {
    let title = |given: &Option<String>| given.clone().unwrap_or_else(|| request.layer.to_string());
    LayerMeta {
        id: request.layer.clone(),
        version: Version(0),
        title_vi: title(&request.title_vi),
        title_en: title(&request.title_en),
        theme: request.theme,
        kind,
        feature_count: 0,
        extent: None,
        attributes: Vec::new(),
        h3_resolution: H3_RESOLUTION.into(),
        sources: report.sources.clone(),
        synthetic: request.synthetic,
        published_at: chrono::Utc::now(),
        notes: std::collections::BTreeMap::new(),
    }
}

pub(super) fn write_report(report: &ImportReport, path: &Path) -> Result<(), StoreError> {
    let json = serde_json::to_vec_pretty(report).map_err(|error| StoreError::Encode {
        path: path.into(),
        detail: error.to_string(),
    })?;
    std::fs::write(path, json).map_err(|source| StoreError::io("write", path, source))
}
