//! The viewer's build output, embedded in the binary.
#![expect(clippy::same_name_method, reason = "what the derive generates")]

use rust_embed::RustEmbed;

/// The files by their path below `viewer/dist`; none when the viewer was not built before this crate.
#[derive(Debug, RustEmbed)]
#[folder = "viewer/dist/"]
#[allow_missing = true]
pub(super) struct Assets;
