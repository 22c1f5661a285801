//! Has cargo embed the viewer again when its build output changes.

fn main() {
    // The folder is made so that cargo has something to watch before the viewer is first built; that it cannot be made
    // (a read-only source tree) only means that a later build of the viewer is not noticed.
    let dist = std::path::Path::new("viewer/dist");
    let _made = std::fs::create_dir_all(dist).is_ok();
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=viewer/dist");
}
