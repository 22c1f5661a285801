//! Published layers to resident snapshots: SQL, analyses, vector tiles.
