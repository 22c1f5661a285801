//! The renderer from outside: pixels on a software adapter.

mod cartography;
mod device;
mod labels;
mod look;
mod pixels;
mod sample;
mod seams;
mod styles;
