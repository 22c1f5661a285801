//! What a server is made of, started once and shared by its routes.

use std::{io, sync::Arc};

use engine::Engine;

use crate::{
    answers::Answers,
    events::Events,
    jobs::Jobs,
    map_tiles::MapTiles,
    offload::{Offload, cores},
    painter::Painter,
    shutdown::Shutdown,
    styles::StyleBook,
    vector_tiles::VectorTiles,
    watcher::Watcher,
};

/// Requests that may wait for the tile threads: two screens full of tiles for some twenty viewers.
pub const TILE_QUEUE: usize = 1024;

/// Requests that may wait for the query threads.
pub const QUERY_QUEUE: usize = 64;

/// The parts of a running server. Each route takes only the parts it uses.
#[derive(Debug)]
pub struct Services {
    /// The layers.
    pub engine: Arc<Engine>,
    /// What draws raster tiles.
    pub painter: Arc<Painter>,
    /// The styles.
    pub styles: Arc<StyleBook>,
    /// Raster tiles.
    pub map_tiles: Arc<MapTiles>,
    /// Vector tiles.
    pub vector_tiles: Arc<VectorTiles>,
    /// Analyses that run.
    pub jobs: Jobs,
    /// What happens.
    pub events: Events,
    /// Threads for tiles.
    pub tile_threads: Offload,
    /// Answers to SQL.
    pub answers: Answers,
    /// Threads for SQL, search and results, apart so that a slow query never holds up the map.
    pub query_threads: Offload,
    /// The end.
    pub shutdown: Shutdown,
    _watcher: Watcher,
}

impl Services {
    /// Starts the threads and the watcher.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(engine: Arc<Engine>, painter: Painter) -> io::Result<Self> {
        let (painter, events) = (Arc::new(painter), Events::default());
        let tile_threads = Offload::start("tile", cores(), TILE_QUEUE)?;
        let query_threads = Offload::start("query", cores(), QUERY_QUEUE)?;
        let styles = Arc::new(StyleBook::new(Arc::clone(&engine)));
        let map_tiles = MapTiles::new(
            Arc::clone(&engine),
            Arc::clone(&styles),
            Arc::clone(&painter),
            tile_threads.clone(),
        );
        Ok(Self {
            map_tiles: Arc::new(map_tiles),
            vector_tiles: Arc::new(VectorTiles::new(Arc::clone(&engine), tile_threads.clone())),
            jobs: Jobs::start(Arc::clone(&engine), events.clone())?,
            _watcher: Watcher::start(Arc::clone(&engine), events.clone())?,
            shutdown: Shutdown::default(),
            answers: Answers::on(query_threads.clone()),
            tile_threads,
            query_threads,
            styles,
            painter,
            events,
            engine,
        })
    }
}
