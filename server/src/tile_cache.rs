//! Encoded tiles kept in memory, bounded by bytes; a tile wanted twice at once is made once.

use std::{fmt, future::Future};

use axum::body::Bytes;
use layers::TileCoord;
use quick_cache::{Weighter, sync::Cache};

/// Bytes of encoded raster tiles kept.
pub const RASTER_CACHE_BYTES: u64 = 256 << 20;

/// Bytes of encoded vector tiles kept.
pub const VECTOR_CACHE_BYTES: u64 = 128 << 20;

/// Bytes an entry costs beside its tile.
const ENTRY_OVERHEAD_BYTES: u64 = 128;

/// Size of a typical tile, from which the number of entries is estimated.
const TYPICAL_TILE_BYTES: u64 = 16 << 10;

/// What a tile is made from: the place, and a fingerprint of style, scale and layer versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileKey {
    /// Which tile.
    pub coord: TileCoord,
    /// Everything else it depends on.
    pub fingerprint: u64,
}

/// A byte-bounded cache of encoded tiles.
pub struct TileCache {
    tiles: Cache<TileKey, Bytes, ByBytes>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<TileKey, Bytes> for ByBytes {
    fn weight(&self, _: &TileKey, tile: &Bytes) -> u64 {
        tile.len() as u64 + ENTRY_OVERHEAD_BYTES
    }
}

impl TileCache {
    /// A cache that holds at most so many bytes.
    pub fn new(capacity_bytes: u64) -> Self {
        let entries = usize::try_from(capacity_bytes / TYPICAL_TILE_BYTES).unwrap_or(usize::MAX);
        Self {
            tiles: Cache::with_weighter(entries, capacity_bytes, ByBytes),
        }
    }

    /// The tile, made now if it is not there. When its maker goes away, the next who waits makes it.
    ///
    /// # Errors
    /// What making it failed with; nothing is kept then.
    pub async fn get_or_make<E>(
        &self,
        key: TileKey,
        make: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Bytes, E> {
        self.tiles
            .get_or_insert_async(&key, async { make.await.map(Bytes::from) })
            .await
    }
}

impl fmt::Debug for TileCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TileCache")
            .field("tiles", &self.tiles.len())
            .field("bytes", &self.tiles.weight())
            .finish_non_exhaustive()
    }
}
