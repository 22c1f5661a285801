//! The server and the command line as their users meet them.

#[cfg(test)]
mod analyses;
#[cfg(test)]
mod catalog;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod days;
#[cfg(test)]
mod describing;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod flight;
#[cfg(test)]
mod publishing;
#[cfg(test)]
mod sql;
#[cfg(test)]
mod tiles;
