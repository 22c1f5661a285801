//! What opening, querying, tiling and drawing the default province cost.
//!
//! The scenarios live in `benches/`; here is the province they share, made and imported once per run.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use layers::{
    Twin,
    import::{ImportRequest, import},
    progress::Silent,
};

/// The default province at small scale: a twin in a temporary folder that lives as long as this value.
#[derive(Debug)]
pub struct Province {
    /// The published layers.
    pub twin: Arc<Twin>,
    _folder: tempfile::TempDir,
}

impl Province {
    /// Makes the files and imports each through the ordinary way.
    ///
    /// # Errors
    /// When the temporary folder cannot be written or an import is refused.
    pub fn make() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let files = folder.path().join("files");
        let manifest = datasets::generate(&files, &datasets::Options::default(), &mut |_, _| {})?;
        let twin = Twin::create_or_open(&folder.path().join("twin"))?;
        for entry in manifest.entries {
            let sources: Vec<PathBuf> = entry.sources.iter().map(|name| files.join(name)).collect();
            let mut request = ImportRequest::new(sources, entry.layer.parse()?);
            request.theme = entry.theme.parse()?;
            import(&twin, &request, &Silent)
                .with_context(|| format!("importing {}", entry.layer))?;
        }
        Ok(Self {
            twin: Arc::new(twin),
            _folder: folder,
        })
    }
}
