//! The renderer from outside: pixels on a software adapter.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests, which fail by panicking"
)]

mod cartography;
mod device;
mod labels;
mod pixels;
mod sample;
mod seams;
mod styles;
