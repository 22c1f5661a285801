//! Published layers to resident snapshots: SQL, analyses, vector tiles.
//!
//! [`Engine`] loads every layer of a twin and swaps in what is published later. What it hands out is a [`TwinSnapshot`]: an
//! immutable state that [`sql`], [`search`] and the tiles read without a lock, for as long as they hold it.

pub mod analysis;
pub mod cancel;
pub mod error;
mod h3;
pub mod index;
pub mod output;
pub mod search;
mod shape;
pub mod snapshot;
pub mod sql;
pub mod tiles;
pub mod twin;

pub use cancel::CancelToken;
pub use error::EngineError;
pub use layers::spelling;
pub use snapshot::LayerSnapshot;
pub use twin::{Engine, LayerChange, LayerFailure, MAX_DAYS, TwinSnapshot};
