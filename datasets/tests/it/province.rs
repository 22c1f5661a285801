//! The small province, generated once for all tests of a build.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use datasets::{Manifest, Options};

/// The folder of the default province; the first test that asks makes it, later ones (also in other processes) find it.
pub(crate) fn folder() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let built = fs::metadata(&binary).unwrap().modified().unwrap();
    let stamp = built.duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("province");
    let folder = home.join(stamp.to_string());
    if Manifest::read(&folder).is_ok() {
        return folder;
    }
    fs::create_dir_all(&home).unwrap();
    for old in fs::read_dir(&home).unwrap().flatten() {
        let name = old.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name != stamp.to_string() {
            fs::remove_dir_all(old.path()).ok();
        }
    }
    let fresh = tempfile::Builder::new()
        .prefix(".fresh")
        .tempdir_in(&home)
        .unwrap();
    datasets::generate(fresh.path(), &Options::default(), &mut |_, _| {}).unwrap();
    // Another process may have been first: its folder is as good.
    fs::rename(fresh.path(), &folder).ok();
    assert!(Manifest::read(&folder).is_ok());
    folder
}
