//! Files examined as `lucdau import --dry-run` does: refused in words, or read with counts that add up.

use std::{path::PathBuf, sync::LazyLock};

use layers::{ImportRequest, LayerId, Silent, import::examine};

/// A folder of this process, in memory where there is such a place.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let within = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = within.join(format!("lucdau-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    folder
});

/// Writes a file and examines it.
#[allow(dead_code, reason = "each target uses its part")]
pub(crate) fn file(name: &str, bytes: &[u8]) {
    beside(name, bytes);
    source(name);
}

/// Writes a file.
pub(crate) fn beside(name: &str, bytes: &[u8]) {
    std::fs::write(FOLDER.join(name), bytes).expect("a temporary file can be written");
}

/// Examines a file that was written.
pub(crate) fn source(name: &str) {
    let layer: LayerId = "probe".parse().expect("a good name");
    let request = ImportRequest::new(vec![FOLDER.join(name)], layer);
    match examine(&request, &Silent) {
        Ok(report) => assert_eq!(
            report.features_read,
            report.features_published + report.features_set_aside,
            "counts add up"
        ),
        Err(error) => assert!(error.is_refusal(), "{error:?}"),
    }
}
