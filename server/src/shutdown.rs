//! The end of a server: asked for once, heard by everything that would otherwise wait forever.

use std::sync::Arc;

use tokio::sync::watch;

/// Says and hears that the server is to end; clones share it.
#[derive(Clone, Debug)]
pub struct Shutdown {
    asked: Arc<watch::Sender<bool>>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            asked: Arc::new(watch::Sender::new(false)),
        }
    }
}

impl Shutdown {
    /// Asks the server to end.
    pub fn request(&self) {
        self.asked.send_replace(true);
    }

    /// Waits until someone asks the server to end.
    pub async fn requested(&self) {
        let mut asked = self.asked.subscribe();
        drop(asked.wait_for(|asked| *asked).await);
    }
}
