//! What opening, querying, tiling and drawing cost, beside their peers.
