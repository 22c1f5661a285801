//! The server and the command line as their users meet them.

mod analyses;
mod command_line;
mod describing;
mod errors;
mod fixture;
mod publishing;
mod sql;
mod tiles;
