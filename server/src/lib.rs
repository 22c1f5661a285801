//! The outermost ring of Lục Đầu: the command line, the HTTP server and the embedded viewer.
//!
//! Requests come in through [`http`], CPU work leaves the async side through [`offload`] alone, and what is read is always
//! one immutable [`engine::TwinSnapshot`]. [`cli`] is the `lucdau` command.

pub mod answers;
pub mod cli;
pub mod error;
pub mod events;
pub mod flight;
pub mod http;
pub mod jobs;
pub mod map_tiles;
pub mod offload;
mod own_tables;
pub mod painter;
mod pull;
pub mod refusals;
pub mod serve;
pub mod services;
pub mod shutdown;
pub mod styles;
pub mod tile_cache;
pub mod vector_tiles;
pub mod watcher;
