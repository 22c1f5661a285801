//! `lucdau demo`: the default province from nothing to a running server, resumable at every step.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use chrono::{DateTime, Utc};
use clap::Args;
use datasets::{Manifest, ManifestEntry, ManifestRecord, Scale};
use layers::{
    CatalogRecord, Twin,
    catalog::UnknownWord,
    import::{self, ImportRequest},
};

use crate::cli::{
    failure::{self, Failure},
    output,
    progress::Steps,
    serve::{BindArgument, serve},
};

/// Where the province's files lie within the twin.
const SOURCE_DIR: &str = ".source";

/// What `demo` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Thư mục bản sao số · the twin's folder
    #[arg(long, value_name = "DIR", default_value = "twin", env = "LUCDAU_TWIN")]
    twin: PathBuf,
    /// Cỡ tỉnh mẫu · small: 25 000 thửa · parcels; full: 2 000 000
    #[arg(long, default_value_t = Scale::Small)]
    scale: Scale,
    /// Hạt giống ngẫu nhiên · random seed
    #[arg(long)]
    seed: Option<u64>,
    /// Chỉ tạo và nhập, không mở máy chủ · make and import only, do not serve
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    bind: BindArgument,
}

/// Makes what is missing of the province, imports what is missing of the twin, and serves.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let held = if arguments.no_serve {
        None
    } else {
        Some(arguments.bind.take()?)
    };
    let twin = Twin::create_or_open(&arguments.twin).map_err(failure::of_store)?;
    let source = arguments.twin.join(SOURCE_DIR);
    let options = datasets::Options {
        scale: arguments.scale,
        seed: arguments
            .seed
            .unwrap_or_else(|| datasets::Options::default().seed),
    };
    let manifest = province(&source, &options)?;
    let made_at = modified(&source.join("manifest.json"));
    for entry in &manifest.entries {
        publish(&twin, &source, entry, made_at)?;
    }
    match held {
        Some(held) => serve(held, Arc::new(twin)),
        None => Ok(()),
    }
}

/// The files of the province: as they are when a complete set of this scale and seed is there, else made anew.
fn province(source: &Path, options: &datasets::Options) -> Result<Manifest, Failure> {
    if let Ok(manifest) = Manifest::read(source)
        && manifest.scale == options.scale
        && manifest.seed == options.seed
    {
        return Ok(manifest);
    }
    clear(source)?;
    let begun = Instant::now();
    let steps = Steps::new("tạo tỉnh mẫu · making the default province");
    let manifest = datasets::generate(source, options, &mut |what, share| steps.share(what, share))
        .map_err(|error| {
            Failure::internal(
                "không tạo được tỉnh mẫu",
                "the default province cannot be made",
                error,
            )
        })?;
    steps.finish(&format!(
        "đã tạo tỉnh mẫu · the default province is made · {}",
        seconds(begun.elapsed())
    ));
    Ok(manifest)
}

/// Removes what an interrupted run left, so that a new one starts clean.
fn clear(source: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(source) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let path = source.display();
            Err(Failure::internal(
                format!("không xóa được \"{path}\""),
                format!("cannot remove \"{path}\""),
                error,
            ))
        }
        _ => Ok(()),
    }
}

/// Imports a layer of the province, unless it was published after its files were made, or is somebody's own data.
fn publish(
    twin: &Twin,
    source: &Path,
    entry: &ManifestEntry,
    made_at: DateTime<Utc>,
) -> Result<(), Failure> {
    let request = request(source, entry)?;
    if let Ok(published) = twin.meta(&request.layer) {
        if !published.synthetic {
            output::note(&format!(
                "giữ nguyên lớp {0}: dữ liệu riêng · layer {0} is your own data and is kept",
                request.layer
            ));
            return Ok(());
        }
        if published.published_at >= made_at {
            return Ok(());
        }
    }
    let begun = Instant::now();
    let steps = Steps::new(format!("nhập · importing {}", request.layer));
    let report = import::import(twin, &request, &steps).map_err(failure::of_import)?;
    steps.finish(&format!(
        "đã nhập · imported {}: {} · {}",
        request.layer,
        report.features_published,
        seconds(begun.elapsed())
    ));
    Ok(())
}

fn request(source: &Path, entry: &ManifestEntry) -> Result<ImportRequest, Failure> {
    let broken = |what: String| {
        Failure::internal(
            "tỉnh mẫu có mục sai",
            "the default province has a bad entry",
            io::Error::other(what),
        )
    };
    let layer = entry
        .layer
        .parse()
        .map_err(|error: layers::InvalidLayerId| broken(error.to_string()))?;
    let theme = entry
        .theme
        .parse()
        .map_err(|error: layers::layer::UnknownTheme| broken(error.to_string()))?;
    let record = record(&entry.record).map_err(|error| broken(error.to_string()))?;
    let sources = entry.sources.iter().map(|path| source.join(path)).collect();
    Ok(ImportRequest {
        theme,
        title_vi: Some(entry.title_vi.clone()),
        title_en: Some(entry.title_en.clone()),
        synthetic: true,
        record,
        reference_date: datasets::REFERENCE_DAY.parse().ok(),
        ..ImportRequest::new(sources, layer)
    })
}

fn record(given: &ManifestRecord) -> Result<CatalogRecord, UnknownWord> {
    Ok(CatalogRecord {
        agency: given.agency.clone(),
        sharing: Some(given.sharing.parse()?),
        licence: given.licence.clone(),
        frequency: Some(given.frequency.parse()?),
        sectors: given
            .sectors
            .iter()
            .map(|sector| sector.parse())
            .collect::<Result<_, _>>()?,
        h3: None,
    })
}

/// When a file was changed last; now when the system does not say, so that everything is imported again.
fn modified(path: &Path) -> DateTime<Utc> {
    let modified = fs::metadata(path).and_then(|file| file.modified());
    modified.unwrap_or_else(|_unknown| SystemTime::now()).into()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f32())
}
