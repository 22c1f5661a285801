//! The default province: a seeded generator of ordinary GIS files with planted truths.
//!
//! [`generate`] makes "Hải Dương (tổng hợp)": a synthetic province that looks and behaves like Hải Dương in the first half
//! of 2025 — 12 district units, 207 communes, real names and codes, and the layouts of units before and after — written as
//! files of the kinds that a province has. Names, codes and figures are official ones; every geometry is synthetic, grown
//! from coarse shapes of about one kilometre. What is planted on purpose (a hot spot of accidents, parcels that the land-use plan disagrees with) is
//! written to `truths.json`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "cells, rows and counts of a province fit any integer used here; rounding down is meant"
)]

mod accidents;
mod blocks;
mod borders;
mod buildings;
mod communes;
mod error;
mod facilities;
mod files;
mod grid;
mod ground;
mod industry;
mod land;
mod land_cover;
mod lattice;
mod layouts;
mod manifest;
mod names;
mod noise;
mod outline;
mod parcels;
mod partition;
mod people;
mod plan;
mod plane;
mod province;
mod random;
mod records;
mod relief;
mod rivers;
mod roads;
mod routes;
mod scale;
mod shape;
mod sites;
mod stations;
mod tcvn3;
mod units;
mod villages;
mod water;
mod write;

use std::{fs, io, path::Path};

pub use crate::{
    communes::{
        Commune, CommuneKind, DISTRICTS, District, PROVINCE_AREA_KM2, PROVINCE_POPULATION, communes,
    },
    error::GenerateError,
    manifest::{Manifest, ManifestEntry},
    records::ManifestRecord,
    scale::{Scale, UnknownScale},
    units::{Unit, units},
};
use crate::{province::Province, write::create};

/// Seed of the province that everyone gets who does not ask for another.
pub const DEFAULT_SEED: u64 = 2025;

/// The day whose communes, districts and land-use codes the default province's data have.
pub const REFERENCE_DAY: &str = "2025-06-30";

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How large.
    pub scale: Scale,
    /// The same seed gives the same bytes.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: Scale::Small,
            seed: DEFAULT_SEED,
        }
    }
}

/// Writes the province into a folder, which is made if there is none.
///
/// `progress` is told what is being done and the share that is done, 0 … 1. The manifest is removed first and written
/// last: a folder without one is incomplete, and running again makes it whole.
///
/// # Errors
/// [`GenerateError`] when a file cannot be written; what was written stays, without a manifest.
pub fn generate(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(&str, f64),
) -> Result<Manifest, GenerateError> {
    create::folder(dir)?;
    let manifest_path = dir.join(manifest::FILE_NAME);
    if let Err(source) = fs::remove_file(&manifest_path)
        && source.kind() != io::ErrorKind::NotFound
    {
        return Err(GenerateError::Io {
            path: manifest_path,
            source,
        });
    }
    let province = Province::new(options, progress)?;
    let entries = files::write_all(dir, &province, progress)?;
    let manifest = Manifest {
        seed: options.seed,
        scale: options.scale,
        entries,
    };
    manifest.write(dir)?;
    progress("Xong · Done", 1.0);
    Ok(manifest)
}
