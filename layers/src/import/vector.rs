//! Features and tables: open, look at the first batch, plan, read to the end, assemble, publish.

use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use arrow::array::{AsArray as _, RecordBatch};

use super::{
    ImportRequest,
    assemble::{Assembly, write_beside},
    attributes::{self, SourceAttribute, Survey},
    capitals, checks,
    gather::{Feed, gather},
    locate::{self, Located},
    partitioned,
    prepare::{self, H3_RESOLUTION, Place, Plan, Target, TextMode},
    resume, text,
};
use crate::{
    Attribute, CatalogRecord, Crs, Encoding, Extent, FindingCode, ImportError, ImportReport,
    LayerKind, LayerMeta, Progress, SourceInfo, StoreError, Version,
    crs::Adjustment,
    repair,
    report::Findings,
    source::{self, About, Source, SourceBatch},
    store::{self, DATA_FILE, DEFECTS_FILE, QUARANTINE_FILE, REPORT_FILE, Staging, Writer},
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
pub(super) struct Planned {
    pub(super) feed: Feed,
    pub(super) located: Option<Located>,
    plan: Plan,
}

/// Sources with what was decided of them, ready to be read.
struct Begun {
    feeds: Vec<Feed>,
    plans: Vec<Plan>,
    located: Vec<Option<Located>>,
    target: Target,
}

pub(super) fn import(
    writer: Option<&Writer<'_>>,
    request: &ImportRequest,
    sources: Vec<Box<dyn Source>>,
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    let mut findings = Findings::default();
    let mut begun = begin(sources, (request, writer), &mut findings)?;
    let staging = writer
        .map(|writer| {
            let key = resume::key(request, &begun.target.attributes);
            writer.stage(&request.layer, LayerKind::Table, &key)
        })
        .transpose()?;
    let target = &begun.target;
    let schema = prepare::row_schema(&target.attributes, target.geometry);
    let mut assembly = match &staging {
        Some(staging) => Assembly::resume(schema, staging.path(), request.memory_bytes)?,
        None => Assembly::rehearsal(schema),
    };
    let reached = assembly.tally.reached.iter();
    let kept: u64 = reached.map(|known| known.features).sum();
    if kept > 0 {
        findings.note(FindingCode::ImportResumed, || kept);
    }
    let gathered = gather(
        &mut begun.feeds,
        &begun.plans,
        target,
        &mut assembly,
        progress,
    );
    if let (Some(staging), Err(ImportError::Cancelled)) = (&staging, &gathered) {
        staging.keep();
    }
    gathered?;
    let defects = conclude(&mut begun, &mut assembly, &mut findings, progress)?;
    let mut report = report(&begun, &mut assembly, findings, request);
    if let (Some(writer), Some(staging)) = (writer, &staging) {
        let mut feeds = begun.feeds.iter();
        let declared = feeds.find_map(|feed| feed.source.about().geometry);
        let kind = declared.map_or(LayerKind::Table, |declared| {
            LayerKind::Vector(assembly.kind(declared))
        });
        let mut meta = meta(request, kind, &report);
        meta.attributes = begun.target.attributes;
        publish(
            (writer, staging, defects.as_ref()),
            &mut assembly,
            meta,
            &mut report,
            progress,
        )?;
    }
    Ok(report)
}

/// Looks at the first batch of every source and decides what becomes of them.
fn begin(
    sources: Vec<Box<dyn Source>>,
    (request, writer): (&ImportRequest, Option<&Writer<'_>>),
    findings: &mut Findings,
) -> Result<Begun, ImportError> {
    let planned = sources
        .into_iter()
        .map(|source| plan(source, request, findings))
        .collect::<Result<Vec<_>, _>>()?;
    let partition = request
        .partition
        .then(|| partitioned::plane(&planned))
        .transpose()?;
    let (mut feeds, mut plans, mut located) = (Vec::new(), Vec::new(), Vec::new());
    for planned in planned {
        feeds.push(planned.feed);
        plans.push(planned.plan);
        located.push(planned.located);
    }
    let mut names: Vec<_> = plans.iter_mut().map(|plan| &mut plan.attributes).collect();
    attributes::rename(&mut names, &request.rename)?;
    let mut target = Target {
        partition,
        ..target(&feeds, &mut plans, findings)
    };
    checks::decide(&mut target, (&feeds, &plans), (request, writer), findings)?;
    Ok(Begun {
        feeds,
        plans,
        located,
        target,
    })
}

/// What shows only when everything is read; gives the defects of a partition.
fn conclude(
    begun: &mut Begun,
    assembly: &mut Assembly,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Option<RecordBatch>, ImportError> {
    let Begun { plans, target, .. } = begun;
    findings.absorb(std::mem::take(&mut assembly.tally.findings));
    if begun.feeds.iter().all(|feed| feed.read == 0) {
        findings.note(FindingCode::LayerEmpty, || plans[0].label.clone());
    }
    let needless = checks::conclude(&target.survey, plans, &assembly.tally, findings);
    target
        .attributes
        .retain(|own| !needless.contains(&own.name));
    assembly.leave_out(needless);
    let kinds = &assembly.tally.kinds;
    if kinds.len() > 1 {
        findings.note(FindingCode::GeometryMixed, || format!("{kinds:?}"));
    }
    if target.partition.is_some() {
        progress.step("partition", 0, None);
    }
    partitioned::check(target.partition.as_ref(), plans, assembly, findings)
}

fn report(
    begun: &Begun,
    assembly: &mut Assembly,
    mut findings: Findings,
    request: &ImportRequest,
) -> ImportReport {
    let areas = std::mem::take(&mut assembly.tally.areas);
    let totals = areas.totals;
    areas.tell(&mut findings);
    let tally = &assembly.tally;
    let sources = begun.feeds.iter().zip(&begun.located);
    ImportReport {
        layer: request.layer.clone(),
        version: None,
        sources: sources
            .map(|(feed, located)| describe(feed, located.as_ref()))
            .collect(),
        features_read: begun.feeds.iter().map(|feed| feed.read).sum(),
        features_published: tally.published,
        features_repaired: tally.repaired,
        features_set_aside: tally.aside,
        areas: (totals.after_m2 > 0.0).then_some(totals),
        findings: findings.into_sorted(),
    }
}

/// One schema for all sources, and for each source the columns that go into it.
fn target(feeds: &[Feed], plans: &mut [Plan], findings: &mut Findings) -> Target {
    let own: Vec<&[SourceAttribute]> = plans
        .iter()
        .map(|plan| plan.attributes.as_slice())
        .collect();
    let attributes = attributes::merge(&own, findings);
    for plan in plans {
        let own = &plan.attributes;
        let column = |wanted: &Attribute| own.iter().position(|own| own.name == wanted.name);
        plan.columns = attributes.iter().map(column).collect();
    }
    Target {
        attributes,
        survey: Survey::default(),
        geometry: feeds
            .iter()
            .any(|feed| feed.source.about().geometry.is_some()),
        partition: None,
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
    let text = text::mode(&about, first.as_ref(), request.encoding, &label, findings);
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
    let place = match &located {
        Some(located) => {
            // Made here only to refuse at once a system from which no way leads; every thread makes its own.
            located.transformer()?;
            Place {
                crs: located.crs.definition(),
                before: located.before,
            }
        }
        None => Place {
            crs: Crs::stored().definition(),
            before: Adjustment::NONE,
        },
    };
    let attributes = name_attributes(&about, text, findings);
    if let (TextMode::Bytes(Encoding::Tcvn3), Some(first)) = (text, &first) {
        capitals::note_lost(first, &attributes, &label, findings);
    }
    if about.format.contains("Shapefile") {
        attributes::note_truncated(&attributes, &label, findings);
    }
    Ok(Planned {
        feed: Feed {
            source,
            first,
            text,
            read: 0,
            ended: false,
        },
        located,
        plan: Plan {
            label,
            attributes,
            place,
            columns: Vec::new(),
        },
    })
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
pub(super) fn extent_of(batch: &SourceBatch) -> Extent {
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

fn describe(feed: &Feed, located: Option<&Located>) -> SourceInfo {
    let about = feed.source.about();
    let encoding = match feed.text {
        TextMode::Bytes(encoding) | TextMode::Mojibake(encoding) => encoding.as_str(),
        TextMode::Undecided => "ascii",
        TextMode::Unicode => "utf-8",
    };
    SourceInfo {
        path: about.path.clone(),
        format: about.format.clone(),
        crs: located.map_or_else(String::new, |located| located.crs.to_string()),
        crs_from: located.map_or_else(String::new, |located| located.from.clone()),
        transformation: located.map_or_else(String::new, |located| located.transformation.clone()),
        encoding: encoding.to_owned(),
        checksum: checksum(&about.path),
    }
}

/// BLAKE3 of a file; empty for what is no file (a folder, an address) and, with a warning, for one that fails now.
pub(super) fn checksum(path: &Path) -> String {
    let hashed = File::open(path).and_then(store::checksum);
    hashed.unwrap_or_else(|error| {
        if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) {
            tracing::warn!(path = %path.display(), %error, "no checksum of the source");
        }
        String::new()
    })
}

fn publish(
    (writer, staging, defects): (&Writer<'_>, &Staging, Option<&RecordBatch>),
    assembly: &mut Assembly,
    mut meta: LayerMeta,
    report: &mut ImportReport,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let total = assembly.tally.published;
    let [data, quarantine] = [DATA_FILE, QUARANTINE_FILE].map(|name| staging.path().join(name));
    assembly.write((&data, &quarantine), &|done| {
        progress.step("write", done, Some(total));
    })?;
    write_beside(defects, &staging.path().join(DEFECTS_FILE))?;
    meta.feature_count = total;
    meta.extent = assembly.tally.extent;
    meta.record.h3 = assembly.tally.cells.summary();
    write_report(report, &staging.path().join(REPORT_FILE))?;
    if progress.is_cancelled() {
        return Err(ImportError::Cancelled);
    }
    progress.step("publish", 0, None);
    report.version = Some(writer.publish(staging, meta)?);
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
        record: CatalogRecord {
            h3: None,
            ..request.record.clone()
        },
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
