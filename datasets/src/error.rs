//! Why the generator can fail: files and the formats' writers.

use std::path::PathBuf;

/// The province could not be generated or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A file or folder could not be created or written.
    #[error("cannot write \"{}\"", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A format's writer refused.
    #[error("cannot encode \"{}\" as {format}", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
        /// What the writer said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The projection's definition was not understood.
    #[error("cannot set up the VN-2000 projection")]
    Projection {
        /// What the projection library said.
        source: proj4rs::errors::Error,
    },
    /// A manifest could not be read back.
    #[error("cannot read the manifest \"{}\": run the generator again", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What was wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
