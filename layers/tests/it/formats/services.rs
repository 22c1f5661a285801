//! Services on the web: WFS and OGC API – Features, answered by a small server of the test's own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use super::known::{column, geometries};
use crate::fixtures::{Place, id};

/// An answer: status, media type, body.
type Answer = (u16, &'static str, String);

/// Answers HTTP requests on a free port of this machine until it is dropped.
struct Service {
    address: String,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// `answer` is given the path with its query, and the address of the server.
    fn start(answer: impl Fn(&str, &str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let ends = Arc::new(AtomicBool::new(false));
        let (own, until) = (address.clone(), Arc::clone(&ends));
        let serve = move || {
            for stream in listener.incoming().flatten() {
                if until.load(Ordering::Relaxed) {
                    return;
                }
                respond(stream, |path| answer(path, &own));
            }
        };
        let thread = std::thread::Builder::new()
            .name("service".into())
            .spawn(serve)
            .unwrap();
        Self {
            address,
            ends,
            thread: Some(thread),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // Wakes it up, so that it sees that it ends.
        TcpStream::connect(self.address.trim_start_matches("http://")).ok();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn respond(mut stream: TcpStream, answer: impl FnOnce(&str) -> Answer) {
    let mut lines = BufReader::new(&stream).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    let rest: Vec<_> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    drop(rest);
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let (status, kind, body) = answer(&path);
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        if status == 200 { "OK" } else { "Error" },
        body.len()
    );
    // A client that has gone is its own affair.
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()))
        .ok();
}

const XML: &str = "text/xml";
const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";

const WFS_CAPABILITIES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:hd="http://example.vn/hd">
<ows:ServiceIdentification><ows:Title>Thử</ows:Title><ows:ServiceType>WFS</ows:ServiceType><ows:ServiceTypeVersion>2.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>
<ows:OperationsMetadata>
<ows:Operation name="GetCapabilities"><ows:DCP><ows:HTTP><ows:Get xlink:href="HERE/wfs?"/></ows:HTTP></ows:DCP></ows:Operation>
<ows:Operation name="DescribeFeatureType"><ows:DCP><ows:HTTP><ows:Get xlink:href="HERE/wfs?"/></ows:HTTP></ows:DCP></ows:Operation>
<ows:Operation name="GetFeature"><ows:DCP><ows:HTTP><ows:Get xlink:href="HERE/wfs?"/></ows:HTTP></ows:DCP></ows:Operation>
</ows:OperationsMetadata>
<FeatureTypeList xmlns="http://www.opengis.net/wfs/2.0"><FeatureType><Name>hd:tram</Name><Title>Trạm</Title><DefaultCRS>urn:ogc:def:crs:EPSG::4326</DefaultCRS>
<ows:WGS84BoundingBox><ows:LowerCorner>106 20</ows:LowerCorner><ows:UpperCorner>107 22</ows:UpperCorner></ows:WGS84BoundingBox></FeatureType></FeatureTypeList>
</wfs:WFS_Capabilities>"#;

const WFS_SCHEMA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<xsd:schema xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:hd="http://example.vn/hd" xmlns:xsd="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" targetNamespace="http://example.vn/hd">
<xsd:import namespace="http://www.opengis.net/gml/3.2" schemaLocation="http://schemas.opengis.net/gml/3.2.1/gml.xsd"/>
<xsd:complexType name="tramType"><xsd:complexContent><xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>
<xsd:element name="geom" type="gml:PointPropertyType" minOccurs="0" nillable="true"/>
<xsd:element name="ten" type="xsd:string" minOccurs="0" nillable="true"/>
<xsd:element name="so_giuong" type="xsd:int" minOccurs="0" nillable="true"/>
</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
<xsd:element name="tram" substitutionGroup="gml:AbstractFeature" type="hd:tramType"/></xsd:schema>"#;

const WFS_FEATURES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:hd="http://example.vn/hd" numberMatched="2" numberReturned="2" timeStamp="2024-05-31T00:00:00Z">
<wfs:member><hd:tram gml:id="tram.1"><hd:geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" gml:id="g.1"><gml:pos>20.9373 106.3146</gml:pos></gml:Point></hd:geom><hd:ten>Trạm y tế Hải Dương</hd:ten><hd:so_giuong>12</hd:so_giuong></hd:tram></wfs:member>
<wfs:member><hd:tram gml:id="tram.2"><hd:geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" gml:id="g.2"><gml:pos>21.135 106.388</gml:pos></gml:Point></hd:geom><hd:ten>Đình Sượt</hd:ten><hd:so_giuong>0</hd:so_giuong></hd:tram></wfs:member>
</wfs:FeatureCollection>"#;

fn wfs(path: &str, here: &str) -> Answer {
    let query = path.to_ascii_lowercase();
    let body = if query.contains("request=getcapabilities") {
        WFS_CAPABILITIES.replace("HERE", here)
    } else if query.contains("request=describefeaturetype") {
        WFS_SCHEMA.to_owned()
    } else {
        WFS_FEATURES.to_owned()
    };
    (200, XML, body)
}

/// Names and places, by name.
fn rows(place: &Place) -> Vec<(String, (f64, f64))> {
    let layer = place.twin.read(&id("probe")).unwrap();
    let shapes = geometries(&layer);
    let mut rows: Vec<_> = column(&layer, "ten")
        .into_iter()
        .zip(shapes)
        .map(|(ten, shape)| match shape {
            geo::Geometry::Point(point) => (ten, (point.x(), point.y())),
            other => panic!("{other:?}"),
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

#[test]
fn a_wfs_gives_its_features_with_latitude_where_latitude_belongs() {
    let service = Service::start(wfs);
    let place = Place::new();
    let address = format!("WFS:{}/wfs?token=b1mat", service.address);
    let report = place.import(Path::new(&address)).unwrap();
    assert_eq!(report.sources[0].crs, "EPSG:4326");
    assert_eq!(
        rows(&place),
        [
            ("Trạm y tế Hải Dương".to_owned(), (106.3146, 20.9373)),
            ("Đình Sượt".to_owned(), (106.388, 21.135)),
        ]
    );
    let layer = place.twin.read(&id("probe")).unwrap();
    let mut beds = column(&layer, "so_giuong");
    beds.sort();
    assert_eq!(beds, ["0", "12"]);
    let shown = report.sources[0].path.to_string_lossy();
    assert!(
        shown.contains("token=***") && !shown.contains("b1mat"),
        "{shown}"
    );
}

#[test]
fn a_wfs_that_refuses_or_breaks_off_publishes_nothing() {
    let exception = r#"<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0"><ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>hỏng</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"#;
    let half = &WFS_FEATURES[..WFS_FEATURES.len() * 3 / 4];
    for (status, features) in [(200, exception), (500, ""), (200, half)] {
        let service = Service::start(move |path, here| {
            if path.to_ascii_lowercase().contains("request=getfeature") {
                (status, XML, features.to_owned())
            } else {
                wfs(path, here)
            }
        });
        let place = Place::new();
        let address = format!("WFS:{}/wfs", service.address);
        place.refused(Path::new(&address), |_| {});
    }
    let place = Place::new();
    let service = Service::start(|_, _| (404, "text/plain", "không có".to_owned()));
    place.refused(Path::new(&format!("WFS:{}/wfs", service.address)), |_| {});
}

/// One feature a page, two pages; the second may fail.
fn ogc_api(path: &str, here: &str, second_status: u16) -> Answer {
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    let link = |route: &str, rel: &str, kind: &str| {
        format!(r#"{{"href":"{here}{route}","rel":"{rel}","type":"{kind}"}}"#)
    };
    let collection = format!(
        r#"{{"id":"tram","title":"Trạm","extent":{{"spatial":{{"bbox":[[106,20,107,22]]}}}},"links":[{}]}}"#,
        link("/collections/tram/items", "items", GEOJSON)
    );
    let feature = |name: &str, x: f64, y: f64| {
        format!(
            r#"{{"type":"Feature","id":"{x}","properties":{{"ten":"{name}","so_giuong":12}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}"#
        )
    };
    let page = |feature: &str, links: &str| {
        format!(
            r#"{{"type":"FeatureCollection","numberMatched":2,"numberReturned":1,"features":[{feature}],"links":[{links}]}}"#
        )
    };
    match route.trim_end_matches('/') {
        "" => (
            200,
            JSON,
            format!(
                r#"{{"title":"Thử","links":[{},{}]}}"#,
                link("/", "self", JSON),
                link("/collections", "data", JSON)
            ),
        ),
        "/collections" => (
            200,
            JSON,
            format!(r#"{{"links":[],"collections":[{collection}]}}"#),
        ),
        "/collections/tram" => (200, JSON, collection),
        "/collections/tram/items" if query.contains("offset=1") && second_status != 200 => {
            (second_status, "text/plain", "hỏng".to_owned())
        }
        "/collections/tram/items" if query.contains("offset=1") => (
            200,
            GEOJSON,
            page(&feature("Đình Sượt", 106.388, 21.135), ""),
        ),
        "/collections/tram/items" => (
            200,
            GEOJSON,
            page(
                &feature("Trạm y tế Hải Dương", 106.3146, 20.9373),
                &link("/collections/tram/items?offset=1", "next", GEOJSON),
            ),
        ),
        _ => (404, "text/plain", String::new()),
    }
}

#[test]
fn an_ogc_api_gives_all_its_pages() {
    let service = Service::start(|path, here| ogc_api(path, here, 200));
    let place = Place::new();
    let address = format!("OAPIF:{}/", service.address);
    let report = place.import(Path::new(&address)).unwrap();
    assert_eq!(report.features_published, 2, "{report:?}");
    assert_eq!(
        rows(&place),
        [
            ("Trạm y tế Hải Dương".to_owned(), (106.3146, 20.9373)),
            ("Đình Sượt".to_owned(), (106.388, 21.135)),
        ]
    );
}

#[test]
fn an_ogc_api_whose_second_page_fails_publishes_nothing() {
    let service = Service::start(|path, here| ogc_api(path, here, 500));
    let place = Place::new();
    let address = format!("OAPIF:{}/", service.address);
    place.refused(Path::new(&address), |_| {});
}
