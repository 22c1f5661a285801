//! What happens in a running server, told to whoever listens: published versions, jobs.

use std::sync::Arc;

use engine::LayerChange;
use layers::Version;
use serde::Serialize;
use tokio::sync::broadcast;

use crate::jobs::JobView;

/// Events a slow listener may fall behind before it loses the oldest.
pub const BACKLOG: usize = 256;

/// Listeners served at once.
pub const MAX_LISTENERS: usize = 512;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A layer was published, rolled back, removed, or could not be loaded.
    Layer(LayerEvent),
    /// A job moved on. Without its result: that is read at `/jobs/{id}`.
    Job(Arc<JobView>),
}

/// What happened to a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayerEvent {
    /// Which layer.
    pub layer: String,
    /// The version served now; none when the layer is gone.
    pub version: Option<Version>,
    /// The version served before; none for a new layer.
    pub before: Option<Version>,
    /// Why the newest version could not be loaded, if so: the version before stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// The place where events are told and heard; clones share it.
#[derive(Clone, Debug)]
pub struct Events {
    sender: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
        }
    }
}

impl Events {
    /// Tells everyone who listens; without listeners nothing happens.
    pub fn tell(&self, event: Event) {
        drop(self.sender.send(event));
    }

    /// Starts to listen; none when [`MAX_LISTENERS`] listen already.
    pub fn listen(&self) -> Option<broadcast::Receiver<Event>> {
        (self.sender.receiver_count() < MAX_LISTENERS).then(|| self.sender.subscribe())
    }
}

impl From<LayerChange> for LayerEvent {
    fn from(change: LayerChange) -> Self {
        Self {
            layer: change.layer.to_string(),
            version: change.now,
            before: change.before,
            failure: change.failure.map(|failure| failure.reason),
        }
    }
}
