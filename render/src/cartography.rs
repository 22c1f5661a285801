//! The styles a twin is drawn with.

use layers::LayerMeta;
use serde_json::{Value as Json, json};

/// The `topo` style for whatever layers a twin has.
pub fn topo(_layers: &[LayerMeta]) -> Json {
    json!({"version": 8, "sources": {}, "layers": []})
}
