//! A server from its address to its end: bind first, load, answer, stop when asked.

use std::{
    fmt, io,
    net::{AddrParseError, IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    str::FromStr,
    sync::Arc,
    thread,
    time::Duration,
};

use axum::serve::ListenerExt as _;
use engine::{Engine, EngineError};
use layers::Twin;
use thiserror::Error;

use crate::{
    http,
    offload::{cores, panic_message},
    painter::Painter,
    services::Services,
    shutdown::Shutdown,
};

/// Time open requests get to finish once the server is asked to end.
const GRACE: Duration = Duration::from_secs(5);

/// Threads that read and write sockets; the work is done on others.
const MAX_HTTP_THREADS: usize = 4;

/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BindAddress(SocketAddr);

/// Why a server could not start or had to stop.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Another address than this machine's own, without authentication.
    #[error(
        "{address} can be reached from other machines, and authentication is not set up: bind 127.0.0.1 and put an authenticating proxy before it"
    )]
    Exposed {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Another program listens there.
    #[error("port {} is taken by another program: stop it, or choose another with --bind 127.0.0.1:PORT", address.port())]
    Taken {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system does not let us listen there.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The twin could not be loaded.
    #[error("the twin cannot be loaded")]
    Load {
        /// Why.
        source: Box<EngineError>,
    },
    /// The system refused a thread or a socket.
    #[error("the server cannot {doing}")]
    System {
        /// What for.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// An address that is held, before anything else is done.
#[derive(Debug)]
pub struct Held {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that is ready to answer.
#[derive(Debug)]
pub struct Server {
    held: Held,
    services: Services,
}

impl FromStr for BindAddress {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = text
            .strip_prefix("localhost:")
            .and_then(|port| port.parse().ok());
        match port {
            Some(port) => Ok(Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))),
            None => text.parse().map(Self),
        }
    }
}

impl fmt::Display for BindAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Held {
    /// Takes an address, so that the long work that follows is not for nothing. Connections wait until there is an answer.
    ///
    /// # Errors
    /// When the address is not this machine's own, is taken, or may not be listened on.
    pub fn take(bind: BindAddress) -> Result<Self, ServeError> {
        let BindAddress(address) = bind;
        if !address.ip().is_loopback() {
            return Err(ServeError::Exposed { address });
        }
        let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::Taken { address },
            _ => ServeError::Bind { address, source },
        })?;
        let address = listener
            .local_addr()
            .map_err(|source| ServeError::Bind { address, source })?;
        Ok(Self { listener, address })
    }
}

impl Server {
    /// Loads the twin and looks for a graphics device, both at once.
    ///
    /// # Errors
    /// When the twin cannot be loaded or the system refuses threads. A missing graphics device is no error.
    pub fn load(held: Held, twin: Arc<Twin>) -> Result<Self, ServeError> {
        let painter = thread::Builder::new()
            .name("lucdau-painter".to_owned())
            .spawn(Painter::start);
        let painter = painter.map_err(|source| ServeError::System {
            doing: "start a thread",
            source,
        })?;
        let engine = Engine::open(twin).map_err(|source| ServeError::Load {
            source: Box::new(source),
        })?;
        let painter = painter.join().unwrap_or_else(|panic| {
            let cause = panic_message(panic.as_ref());
            tracing::warn!(
                cause,
                "raster tiles cannot be drawn: the graphics driver failed"
            );
            Painter::broken()
        });
        let services = Services::start(Arc::new(engine), painter);
        let services = services.map_err(|source| ServeError::System {
            doing: "start its threads",
            source,
        })?;
        Ok(Self { held, services })
    }

    /// The address clients use.
    pub fn address(&self) -> SocketAddr {
        self.held.address
    }

    /// What it is made of.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Answers until Ctrl-C or SIGTERM, then lets open requests finish.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn run(self) -> Result<(), ServeError> {
        let failed = |doing| move |source| ServeError::System { doing, source };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores().min(MAX_HTTP_THREADS))
            .thread_name("lucdau-http")
            .enable_all()
            .build()
            .map_err(failed("start its runtime"))?;
        let result = runtime
            .block_on(answer(self.held.listener, &self.services))
            .map_err(failed("answer"));
        runtime.shutdown_timeout(GRACE);
        result
    }
}

async fn answer(listener: TcpListener, services: &Services) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY refused");
        }
    });
    let shutdown = services.shutdown.clone();
    tokio::spawn(request_on_signal(shutdown.clone()));
    let asked = shutdown.clone();
    let server = axum::serve(listener, http::router(services))
        .with_graceful_shutdown(async move { asked.requested().await });
    let too_late = async {
        shutdown.requested().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = async { server.await } => result,
        () = too_late => Ok(()),
    }
}

/// Asks for the end at Ctrl-C, and at SIGTERM where there is such a thing.
async fn request_on_signal(shutdown: Shutdown) {
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_unavailable) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        result = tokio::signal::ctrl_c() => if let Err(error) = result {
            tracing::warn!(%error, "Ctrl-C is not heard");
            return;
        },
        _ = terminated => {}
    }
    tracing::debug!("asked to end");
    shutdown.request();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_own_addresses_are_taken_and_each_once() {
        let exposed = Held::take("0.0.0.0:0".parse().unwrap());
        assert!(matches!(exposed, Err(ServeError::Exposed { .. })));
        let first = Held::take("localhost:0".parse().unwrap()).unwrap();
        let second = Held::take(BindAddress(first.address));
        assert!(matches!(second, Err(ServeError::Taken { .. })));
        assert!(
            "localhost".parse::<BindAddress>().is_err() && "8080".parse::<BindAddress>().is_err()
        );
    }
}
