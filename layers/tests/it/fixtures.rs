//! Sources made by GDAL's command line and twins in temporary folders.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use layers::{ImportError, ImportReport, ImportRequest, LayerId, Silent, Twin};
use tempfile::TempDir;

/// A temporary folder with a twin in it.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
    pub(crate) twin: Twin,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let twin = Twin::create_or_open(&dir.path().join("twin")).unwrap();
        Self { dir, twin }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Makes a file of another with `ogr2ogr`.
    pub(crate) fn ogr2ogr(&self, name: &str, source: &Path, arguments: &[&str]) -> PathBuf {
        let path = self.path(name);
        run(
            "ogr2ogr",
            &[
                &[path.to_str().unwrap(), source.to_str().unwrap()],
                arguments,
            ]
            .concat(),
        );
        path
    }

    pub(crate) fn import(&self, source: &Path) -> Result<ImportReport, ImportError> {
        self.import_with(source, |_| {})
    }

    pub(crate) fn import_with(
        &self,
        source: &Path,
        adjust: impl FnOnce(&mut ImportRequest),
    ) -> Result<ImportReport, ImportError> {
        let mut request = ImportRequest::new(vec![source.into()], id("probe"));
        adjust(&mut request);
        let report = layers::import::import(&self.twin, &request, &Silent)?;
        assert_eq!(
            report.features_read,
            report.features_published + report.features_set_aside,
            "counts add up"
        );
        let meta = self.twin.meta(&request.layer).unwrap();
        if meta.kind != layers::LayerKind::Raster {
            assert_eq!(meta.feature_count, report.features_published);
        }
        Ok(report)
    }

    /// An import that must be refused: its message, with nothing published.
    #[track_caller]
    pub(crate) fn refused(&self, source: &Path, adjust: impl FnOnce(&mut ImportRequest)) -> String {
        let before = self.twin.publication().unwrap();
        let error = self
            .import_with(source, adjust)
            .expect_err("must be refused");
        assert!(error.is_refusal(), "{error:?}");
        assert_eq!(
            self.twin.publication().unwrap(),
            before,
            "nothing was published"
        );
        let vietnamese = error.explain(layers::Language::Vietnamese);
        assert!(!vietnamese.is_empty());
        error.to_string()
    }
}

/// The files of the default province, made once for all tests of a build, also in other processes.
pub(crate) fn generated_files() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let built = std::fs::metadata(&binary).unwrap().modified().unwrap();
    let stamp = built.duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layers-province");
    let folder = home.join(stamp.to_string());
    if datasets::Manifest::read(&folder).is_ok() {
        return folder;
    }
    std::fs::create_dir_all(&home).unwrap();
    for old in std::fs::read_dir(&home).unwrap().flatten() {
        if !old.file_name().to_string_lossy().starts_with('.') {
            std::fs::remove_dir_all(old.path()).ok();
        }
    }
    let fresh = tempfile::tempdir_in(&home).unwrap();
    datasets::generate(fresh.path(), &datasets::Options::default(), &mut |_, _| {}).unwrap();
    // Another process may have been first: its folder is as good.
    std::fs::rename(fresh.path(), &folder).ok();
    assert!(datasets::Manifest::read(&folder).is_ok());
    folder
}

pub(crate) fn id(name: &str) -> LayerId {
    name.parse().unwrap()
}

/// Runs a command that must succeed; its output.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A GeoJSON collection of (WKT-free) geometries with an attribute each.
pub(crate) fn geojson(features: &[(&str, &str)]) -> String {
    let feature = |(name, geometry): &(&str, &str)| {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}","n":{}}},"geometry":{geometry}}}"#,
            name.len()
        )
    };
    let features: Vec<_> = features.iter().map(feature).collect();
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",\n")
    )
}

pub(crate) const POINT: &str = r#"{"type":"Point","coordinates":[106.3146,20.9373]}"#;
pub(crate) const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[106.30,20.90],[106.31,20.90],[106.31,20.91],[106.30,20.91],[106.30,20.90]]]}"#;
pub(crate) const BOW_TIE: &str = r#"{"type":"Polygon","coordinates":[[[106.30,20.90],[106.31,20.91],[106.31,20.90],[106.30,20.91],[106.30,20.90]]]}"#;
