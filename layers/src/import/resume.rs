//! When an interrupted import may be gone on with: when the same request comes for the same files.

use std::{fs, path::Path, time::UNIX_EPOCH};

use super::ImportRequest;
use crate::Attribute;

/// A name for a request, the attributes it makes, and its files as they are now, by size and time of change. What is no file (a database, a
/// service) may change unseen: such a request is like no other.
pub(super) fn key(request: &ImportRequest, attributes: &[Attribute]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(format!("{request:?}{attributes:?}").as_bytes());
    if request.partition {
        // Its outlines are not kept with the runs.
        hasher.update(&std::process::id().to_le_bytes());
    }
    for path in &request.sources {
        if add_files(path, &mut hasher).is_none() {
            hasher.update(&std::process::id().to_le_bytes());
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Adds the files that belong to a source: itself and those beside it of its stem, or those in a folder.
fn add_files(path: &Path, hasher: &mut blake3::Hasher) -> Option<()> {
    let is_folder = fs::metadata(path).ok()?.is_dir();
    let folder = if is_folder { path } else { path.parent()? };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut files: Vec<_> = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| is_folder || file.file_stem() == path.file_stem())
        .collect();
    files.sort();
    for file in files {
        let about = fs::metadata(&file).ok()?;
        let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(&about.len().to_le_bytes());
        hasher.update(&changed.as_nanos().to_le_bytes());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_or_request_is_another_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.shp");
        fs::write(&path, "1").unwrap();
        let mut request = ImportRequest::new(vec![path], "probe".parse().unwrap());
        let first = key(&request, &[]);
        assert_eq!(key(&request, &[]), first);
        fs::write(dir.path().join("b.dbf"), "another source").unwrap();
        assert_eq!(key(&request, &[]), first);
        fs::write(dir.path().join("a.dbf"), "its table").unwrap();
        let second = key(&request, &[]);
        assert_ne!(second, first);
        request.crs = Some(crate::Crs::stored());
        assert_ne!(key(&request, &[]), second);
    }
}
