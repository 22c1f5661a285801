//! The styles of a twin: `topo`, composed from whatever layers there are, and the documents in `TWIN/styles/`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use engine::{Engine, TwinSnapshot, spelling::nearest_spelling};
use layers::LayerMeta;
use render::{Style, cartography};
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::{Noun, RequestError},
    http::etag::Fingerprint,
};

/// The style every twin has.
pub const TOPO: &str = "topo";

/// The longest style document read, in bytes.
const MAX_DOCUMENT_BYTES: u64 = 4 << 20;

/// Style files listed at most.
const MAX_STYLES: usize = 256;

/// The styles of a twin, each parsed once and kept until what it is made from changes. Only styles that exist are kept, so
/// no more than the owner of the twin has put there.
#[derive(Debug)]
pub struct StyleBook {
    directory: PathBuf,
    engine: Arc<Engine>,
    kept: RwLock<BTreeMap<String, Arc<MapStyle>>>,
}

/// A style ready to draw with.
#[derive(Debug)]
pub struct MapStyle {
    /// Its document, with URLs relative to the server's root.
    pub document: Value,
    /// The same, understood by the renderer.
    pub style: Style,
    /// A fingerprint of the document.
    pub fingerprint: u64,
    basis: Basis,
}

/// A style as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StyleInfo {
    /// Its name in URLs.
    pub id: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
}

/// What a style was made from; when that changed, it is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// The layers, at this publication.
    Layers(u64),
    /// A file, changed last at this moment.
    File(Option<SystemTime>),
}

impl StyleBook {
    /// The styles of the engine's twin.
    pub fn new(engine: Arc<Engine>) -> Self {
        let directory = engine.twin().dir().join("styles");
        Self {
            directory,
            engine,
            kept: RwLock::default(),
        }
    }

    /// All styles: `topo` first, then the files by name.
    pub fn list(&self) -> Vec<StyleInfo> {
        let topo = StyleInfo {
            id: TOPO.to_owned(),
            title_vi: "Địa hình".to_owned(),
            title_en: "Topographic".to_owned(),
        };
        let files = self.file_ids().into_iter().filter(|id| id != TOPO);
        let files = files.map(|id| StyleInfo {
            title_vi: id.clone(),
            title_en: id.clone(),
            id,
        });
        std::iter::once(topo).chain(files).collect()
    }

    /// The style if it is at hand: what it was made from has not changed.
    pub fn at_hand(&self, id: &str) -> Option<Arc<MapStyle>> {
        let kept = self
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .map(Arc::clone)?;
        (kept.basis == self.basis(id)).then_some(kept)
    }

    /// The style, made or read now if it is not at hand. Reading and parsing take milliseconds: CPU work.
    ///
    /// # Errors
    /// When there is no such style, or its document cannot be read as a MapLibre style.
    pub fn open(&self, id: &str) -> Result<Arc<MapStyle>, RequestError> {
        if let Some(style) = self.at_hand(id) {
            return Ok(style);
        }
        let basis = self.basis(id);
        let document = match basis {
            Basis::Layers(_) => topo(&self.engine.snapshot()),
            Basis::File(Some(_)) => self.read(id)?,
            Basis::File(None) => return Err(self.unknown(id)),
        };
        let (style, warnings) = Style::parse(&document)
            .map_err(|source| RequestError::internal("understand this style", source))?;
        for warning in warnings {
            tracing::warn!(style = id, ?warning, "style");
        }
        let fingerprint = Fingerprint::new("style")
            .with(document.to_string())
            .finish();
        let made = Arc::new(MapStyle {
            document,
            style,
            fingerprint,
            basis,
        });
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), Arc::clone(&made));
        Ok(made)
    }

    fn basis(&self, id: &str) -> Basis {
        let changed = is_style_id(id).then(|| {
            fs::metadata(self.path(id))
                .and_then(|file| file.modified())
                .ok()
        });
        match changed.flatten() {
            None if id == TOPO => Basis::Layers(self.engine.snapshot().publication),
            changed => Basis::File(changed),
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    fn read(&self, id: &str) -> Result<Value, RequestError> {
        let path = self.path(id);
        let failed = |source: std::io::Error| RequestError::internal("read this style", source);
        if fs::metadata(&path).map_err(failed)?.len() > MAX_DOCUMENT_BYTES {
            return Err(failed(std::io::Error::other(
                "the style file is larger than 4 MiB",
            )));
        }
        let text = fs::read(&path).map_err(failed)?;
        serde_json::from_slice(&text)
            .map_err(|source| RequestError::internal("read this style as JSON", source))
    }

    fn unknown(&self, id: &str) -> RequestError {
        let known: Vec<String> = self.list().into_iter().map(|style| style.id).collect();
        let nearest = nearest_spelling(id, known.iter().map(String::as_str));
        RequestError::Unknown {
            what: Noun::Style,
            name: id.to_owned(),
            nearest,
        }
    }

    /// Names of the style files, sorted. No folder means no files.
    fn file_ids(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        let mut ids: Vec<String> = entries
            .take(MAX_STYLES)
            .filter_map(|entry| id_of(&entry.path()))
            .collect();
        ids.sort_unstable();
        ids
    }
}

fn topo(snapshot: &TwinSnapshot) -> Value {
    let metas: Vec<LayerMeta> = snapshot
        .layers
        .values()
        .map(|layer| layer.meta.as_ref().clone())
        .collect();
    cartography::topo(&metas)
}

fn id_of(path: &Path) -> Option<String> {
    let id = path.file_stem()?.to_str()?;
    (path.extension()? == "json" && is_style_id(id)).then(|| id.to_owned())
}

/// Whether a text may name a style: 1 to 63 of a-z, 0-9, `_` and `-`. It then is a safe file name.
fn is_style_id(id: &str) -> bool {
    let spelled_well =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    (1..=63).contains(&id.len()) && id.bytes().all(spelled_well)
}
