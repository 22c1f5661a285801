//! A small twin made the real way, and a client for its router.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderName, Request, StatusCode, header},
    response::Response,
};
use engine::Engine;
use layers::{
    Twin,
    import::{ImportRequest, import},
    progress::Silent,
};
use serde_json::{Value, json};
use server::{http, painter::Painter, services::Services};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// How long a test waits for something that takes milliseconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A tile that holds the whole test province.
pub(crate) const TILE: &str = "10/814/450";

/// A folder with a twin, and the files it was made from.
pub(crate) struct TestTwin {
    folder: TempDir,
    pub(crate) twin: Arc<Twin>,
}

/// A server over a test twin, without a socket.
pub(crate) struct TestServer {
    pub(crate) home: TestTwin,
    pub(crate) services: Services,
    router: Router,
}

/// An answer, read whole.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl TestTwin {
    /// Districts, roads, schools and accidents of a province of two districts, imported from GeoJSON.
    pub(crate) fn new() -> Self {
        let home = Self::empty();
        home.publish("districts", &districts("Kinh Môn"));
        home.publish("roads", &roads());
        home.publish("schools", &schools());
        home.publish("accidents", &accidents());
        home
    }

    /// A twin without layers.
    pub(crate) fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let twin = Arc::new(Twin::create_or_open(&folder.path().join("twin")).unwrap());
        Self { folder, twin }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("twin")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file beside the twin.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Imports features as a layer.
    pub(crate) fn publish(&self, layer: &str, features: &Value) {
        let path = self.write(&format!("{layer}.geojson"), features.to_string());
        let mut request = ImportRequest::new(vec![path], layer.parse().unwrap());
        request.synthetic = true;
        import(&self.twin, &request, &Silent).unwrap();
    }
}

impl TestServer {
    pub(crate) fn new() -> Self {
        Self::over(TestTwin::new(), Painter::broken())
    }

    /// A server that can draw, or none where there is no graphics device.
    pub(crate) fn with_painter() -> Option<Self> {
        let painter = Painter::start();
        if !painter.state().ready {
            println!("skipped: no Vulkan device");
            return None;
        }
        Some(Self::over(TestTwin::new(), painter))
    }

    pub(crate) fn over(home: TestTwin, painter: Painter) -> Self {
        let engine = Engine::open(Arc::clone(&home.twin)).unwrap();
        let services = Services::start(Arc::new(engine), painter).unwrap();
        let router = http::router(&services);
        Self {
            home,
            services,
            router,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.open_request(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The answer to a request whose body is still open.
    pub(crate) async fn open(&self, path: &str) -> Response {
        self.open_request(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn open_request(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[(header::HOST, "localhost:8080")])
            .await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(HeaderName, &str)]) -> Reply {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| {
                request.header(name, *value)
            });
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(
            self.status,
            StatusCode::OK,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: impl Into<HeaderName>) -> &str {
        let name = name.into();
        self.headers
            .get(&name)
            .unwrap_or_else(|| panic!("no {name} header"))
            .to_str()
            .unwrap()
    }

    /// The problem document of an error, checked for its shape.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        let problem = self.json();
        assert_eq!(self.status.as_u16(), status, "{problem}");
        assert_eq!(
            self.header(header::CONTENT_TYPE),
            "application/problem+json"
        );
        assert_eq!(problem["status"], status);
        assert!(
            problem["type"]
                .as_str()
                .unwrap()
                .starts_with("urn:lucdau:problem:")
        );
        assert!(
            problem["title"].as_str().unwrap().contains(" · "),
            "titles are in two languages: {problem}"
        );
        assert!(
            !problem["detail"].as_str().unwrap().contains("/tmp"),
            "no path of ours: {problem}"
        );
        problem
    }
}

fn collection(features: &[Value]) -> Value {
    json!({"type": "FeatureCollection", "features": features})
}

fn feature(geometry: &Value, attributes: &Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": attributes})
}

/// Two districts side by side; the name of the eastern one is given.
pub(crate) fn districts(eastern: &str) -> Value {
    let square = |west: f64, name: &str, area_km2: f64| {
        let east = west + 0.15;
        let ring = [
            [west, 20.85],
            [east, 20.85],
            [east, 21.0],
            [west, 21.0],
            [west, 20.85],
        ];
        feature(
            &json!({"type": "Polygon", "coordinates": [ring]}),
            &json!({"name": name, "area_km2": area_km2}),
        )
    };
    collection(&[
        square(106.25, "Nam Sách", 109.0),
        square(106.4, eastern, 165.3),
    ])
}

fn roads() -> Value {
    let road = |name: &str, lat: f64| {
        let line = json!({"type": "LineString", "coordinates": [[106.25, lat], [106.4, lat + 0.01], [106.55, lat]]});
        feature(&line, &json!({"name": name, "class": "national"}))
    };
    collection(&[
        road("Đường Nguyễn Lương Bằng", 20.9),
        road("Quốc lộ 37", 20.95),
    ])
}

fn schools() -> Value {
    let school = |i: u32| {
        let point = json!({"type": "Point", "coordinates": [106.27 + f64::from(i) * 0.02, 20.93]});
        feature(
            &point,
            &json!({"name": format!("Trường Trần Phú {i}"), "pupils": 100 * i}),
        )
    };
    collection(&(0..12).map(school).collect::<Vec<_>>())
}

/// Sixty accidents: forty within some hundred metres, the rest spread.
fn accidents() -> Value {
    let accident = |i: u32| {
        let (step, spread) = if i < 40 {
            (f64::from(i % 8), 0.000_5)
        } else {
            (f64::from(i - 40), 0.012)
        };
        let point = json!({"type": "Point", "coordinates": [106.3 + step * spread, 20.9 + step * spread / 3.0]});
        feature(&point, &json!({"severity": "light"}))
    };
    collection(&(0..60).map(accident).collect::<Vec<_>>())
}
