//! The `lucdau` binary.

use std::process::ExitCode;

/// Planning a query makes and drops some ten thousand small values; with this allocator it takes a sixth less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    unsafe_code,
    reason = "the environment is set once, before any other thread exists"
)]
#[expect(
    clippy::disallowed_methods,
    reason = "meant for this process and its Vulkan loader only"
)]
fn main() -> ExitCode {
    // Mesa's device-select layer looks for a window system and complains on stderr that a server has none.
    // SAFETY: this is the first statement of the only thread.
    unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    server::cli::main()
}
