//! The engine from the outside: twins made in memory, asked as the server asks them.

mod fixture;
mod output;
mod search;
mod sql_errors;
mod sql_functions;
mod sql_index;
mod sql_limits;
