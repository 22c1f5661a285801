//! Rasters: located, warped to the stored CRS, published as a cloud-optimised `GeoTIFF`.

use std::path::{Path, PathBuf};

use super::{
    ImportRequest,
    locate::{self, Located},
    resume, vector,
};
use crate::{
    Encoding, FindingCode, ImportError, ImportReport, LayerKind, Progress, SourceInfo, StoreError,
    geoparquet::io_kind_in,
    report::Findings,
    source::{
        About, address,
        raster::{self, AboutRaster},
    },
    store::{RASTER_FILE, REPORT_FILE, Writer},
};

pub(super) fn import(
    writer: Option<&Writer<'_>>,
    request: &ImportRequest,
    paths: &[PathBuf],
    progress: &dyn Progress,
) -> Result<ImportReport, ImportError> {
    let (mut report, about, located) = examine_all(request, paths)?;
    let Some(writer) = writer else {
        return Ok(report);
    };
    let staging = writer.stage(
        &request.layer,
        LayerKind::Raster,
        &resume::key(request, &[]),
    )?;
    let target = staging.path().join(RASTER_FILE);
    progress.step("warp", 0, None);
    let borrowed: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    raster::publish(&borrowed, &located.crs, &about, &target)
        .map_err(|error| refused(error, &target))?;
    let written = raster::read(&target).map_err(|detail| ImportError::Raster {
        path: paths[0].clone(),
        detail,
    })?;
    let mut meta = vector::meta(request, LayerKind::Raster, &report);
    meta.feature_count = written.values.len() as u64;
    meta.extent = Some(written.extent);
    vector::write_report(&report, &staging.path().join(REPORT_FILE))?;
    if progress.is_cancelled() {
        return Err(ImportError::Cancelled);
    }
    report.version = Some(writer.publish(&staging, meta)?);
    Ok(report)
}

/// Looks at every raster, which must be in one system, and describes the first.
fn examine_all(
    request: &ImportRequest,
    paths: &[PathBuf],
) -> Result<(ImportReport, AboutRaster, Located), ImportError> {
    let mut findings = Findings::default();
    let mut sources = Vec::new();
    let mut first: Option<(AboutRaster, Located)> = None;
    let mut pixels = 0;
    for path in paths {
        let about = raster::examine(path)?;
        let source = as_source(path, &about);
        let located = locate::locate(&source, request.crs.as_ref(), &about.extent, &mut findings)?;
        if about.bands > 1 {
            let count = || format!("{}: {}", path.display(), about.bands);
            findings.note(FindingCode::BandsLeftOut, count);
        }
        pixels += (about.size.0 * about.size.1) as u64;
        sources.push(SourceInfo {
            path: address::shown(path).into(),
            format: about.format.clone(),
            crs: located.crs.to_string(),
            crs_from: located.from.clone(),
            transformation: located.transformation.clone(),
            encoding: String::new(),
            checksum: vector::checksum(path),
        });
        let (_, known) = first.get_or_insert((about, located.clone()));
        if known.crs != located.crs {
            let detail = format!("it is in {}, the first one in {}", located.crs, known.crs);
            return Err(ImportError::Raster {
                path: path.clone(),
                detail,
            });
        }
    }
    let (about, located) = first.ok_or(ImportError::NoSource)?;
    let report = ImportReport {
        layer: request.layer.clone(),
        version: None,
        sources,
        features_read: pixels,
        features_published: pixels,
        features_repaired: 0,
        features_set_aside: 0,
        areas: None,
        findings: findings.into_sorted(),
    };
    Ok((report, about, located))
}

/// A full disk is the store's trouble, everything else the source's.
fn refused(error: crate::ReadError, target: &Path) -> ImportError {
    match io_kind_in(&error.to_string()) {
        Some(kind) => ImportError::Store(StoreError::io("write", target, kind.into())),
        None => ImportError::Read(error),
    }
}

/// A raster as the sources of features are described, to be located by the same rules.
fn as_source(path: &Path, about: &AboutRaster) -> About {
    About {
        path: address::shown(path).into(),
        format: about.format.clone(),
        fields: Vec::new(),
        geometry: None,
        crs: about.crs.clone(),
        crs_from: if about.crs.is_some() {
            "nguồn ghi · from the source"
        } else {
            ""
        },
        declared_encoding: Some(Encoding::Utf8),
        raw_text: false,
        code_pages: false,
        feature_count: None,
    }
}
