//! The engine from the outside: twins made in memory, asked as the server asks them.

#[cfg(test)]
mod analysis;
#[cfg(test)]
mod built;
#[cfg(test)]
mod default_province;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod output;
#[cfg(test)]
mod search;
#[cfg(test)]
mod sql_about;
#[cfg(test)]
mod sql_cluster;
#[cfg(test)]
mod sql_collect;
#[cfg(test)]
mod sql_errors;
#[cfg(test)]
mod sql_functions;
#[cfg(test)]
mod sql_geometry;
#[cfg(test)]
mod sql_index;
#[cfg(test)]
mod sql_joins;
#[cfg(test)]
mod sql_limits;
#[cfg(test)]
mod sql_metres;
#[cfg(test)]
mod sql_mvt;
#[cfg(test)]
mod sql_oracle;
#[cfg(test)]
mod sql_quick;
#[cfg(test)]
mod sql_reference;
#[cfg(test)]
mod sql_stream;
#[cfg(test)]
mod sql_tables;
#[cfg(test)]
mod tiles;
#[cfg(test)]
mod twin;
