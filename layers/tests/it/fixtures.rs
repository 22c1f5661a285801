//! Sources made by GDAL's command line and twins in temporary folders.

use std::{
    path::{Path, PathBuf},
    process::Command,
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
