//! `PostGIS`: a `PostgreSQL` server of the test's own, on a socket in a temporary folder.

use std::{
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use layers::{
    AttributeKind::{Date, Moment, Real, Text, Truth, Whole},
    ImportReport, Language, Layer,
};

use super::known::{INSTANT, PARCELS, STATIONS, check_parcels, check_stations, column, kinds};
use crate::fixtures::{Place, id, run};

const PASSWORD: &str = "m4t-kh@u & b1 mat";

/// A running server with an empty database that has `PostGIS`; it ends with the value.
struct Server {
    programs: PathBuf,
    user: Option<(u32, u32)>,
    dir: tempfile::TempDir,
}

impl Server {
    /// None, said aloud, where `PostgreSQL` or `PostGIS` is not installed.
    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!(
                "skipped: no PostgreSQL with PostGIS under /usr/lib/postgresql (Debian: postgresql, postgresql-15-postgis-3)"
            );
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let user = unprivileged();
        let server = Self {
            programs,
            user,
            dir,
        };
        if let Some((user, group)) = user {
            chown(server.dir.path(), Some(user), Some(group)).unwrap();
        }
        let secret = server.dir.path().join("secret");
        std::fs::write(&secret, PASSWORD).unwrap();
        if let Some((user, group)) = user {
            chown(&secret, Some(user), Some(group)).unwrap();
        }
        let data = server.data();
        server.run(
            "initdb",
            &[
                "--pgdata",
                &data,
                "--username=chu",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--pwfile",
                secret.to_str().unwrap(),
            ],
        );
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off",
            server.socket()
        );
        let log = server.dir.path().join("log");
        server.run(
            "pg_ctl",
            &[
                "start",
                "--wait",
                "--pgdata",
                &data,
                "--log",
                log.to_str().unwrap(),
                "--options",
                &options,
            ],
        );
        server.sql("CREATE DATABASE tinh", "postgres");
        server.sql("CREATE EXTENSION postgis", "tinh");
        Some(server)
    }

    fn data(&self) -> String {
        self.dir.path().join("data").to_str().unwrap().to_owned()
    }

    fn socket(&self) -> &str {
        self.dir.path().to_str().unwrap()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env("PGPASSWORD", PASSWORD);
        // A server keeps the pipes it inherits open, and their reader waiting.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        assert!(
            command.status().unwrap().success(),
            "{program} {arguments:?}"
        );
    }

    fn sql(&self, sql: &str, database: &str) {
        self.run(
            "psql",
            &[
                "--host",
                self.socket(),
                "--username=chu",
                "--dbname",
                database,
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--command",
                sql,
            ],
        );
    }

    fn address(&self, password: &str) -> String {
        format!(
            "PG:host={} dbname=tinh user=chu password='{password}'",
            self.socket()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["stop", "--mode=immediate", "--pgdata", &data]);
    }
}

/// The programs of the newest `PostgreSQL` that has `PostGIS`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let has_postgis = |version: &str| {
        let control = format!("/usr/share/postgresql/{version}/extension/postgis.control");
        Path::new(&control).try_exists().unwrap_or(false)
    };
    let mut versions: Vec<_> = versions
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|version| has_postgis(version))
        .collect();
    versions.sort();
    Some(
        Path::new("/usr/lib/postgresql")
            .join(versions.pop()?)
            .join("bin"),
    )
}

/// Whom to run the server as: it refuses root; none for whoever runs the test.
fn unprivileged() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let known = std::fs::read_to_string("/etc/passwd").unwrap();
    let entry = ["postgres", "nobody"].iter().find_map(|name| {
        known
            .lines()
            .find(|line| line.split(':').next() == Some(name))
    });
    let mut numbers = entry
        .unwrap()
        .split(':')
        .skip(2)
        .map(|number| number.parse().unwrap());
    Some((numbers.next().unwrap(), numbers.next().unwrap()))
}

/// Fills the database with two layers and a table in a schema of its own.
fn fill(server: &Server, place: &Place, address: &str) {
    let stations = place.file("stations.geojson", STATIONS);
    let parcels = place.file("parcels.geojson", PARCELS);
    run(
        "ogr2ogr",
        &[
            "-f",
            "PostgreSQL",
            address,
            stations.to_str().unwrap(),
            "-nln",
            "tram",
        ],
    );
    run(
        "ogr2ogr",
        &[
            "-f",
            "PostgreSQL",
            address,
            parcels.to_str().unwrap(),
            "-nln",
            "thua_dat",
            "-nlt",
            "PROMOTE_TO_MULTI",
            "-t_srs",
            "EPSG:9209",
        ],
    );
    server.sql(
        "CREATE SCHEMA ho_so; CREATE TABLE ho_so.giay_phep (so text PRIMARY KEY, phi numeric(12,2), cap date, luc timestamptz, con_han boolean);
         INSERT INTO ho_so.giay_phep VALUES ('GP-001', 150000.50, '2024-05-31', '2024-05-31 07:30+07', true)",
        "tinh",
    );
}

/// The password is in no report, description or catalog.
fn is_secret(place: &Place, report: &ImportReport, permits: &Layer) {
    for text in [
        serde_json::to_string(report).unwrap(),
        serde_json::to_string(&permits.meta).unwrap(),
        report.to_text(Language::Vietnamese),
        format!("{report:?}"),
    ] {
        assert!(!text.contains(PASSWORD) && !text.contains("m4t"), "{text}");
    }
    let catalog = std::fs::read(place.path("twin/twin.db")).unwrap();
    assert!(
        !catalog.windows(3).any(|bytes| bytes == b"m4t"),
        "the catalog holds no password"
    );
}

#[test]
fn postgis_tables_keep_types_text_and_crs_and_the_password_is_told_to_nobody() {
    let Some(server) = Server::start() else {
        return;
    };
    let place = Place::new();
    let address = server.address(PASSWORD);
    fill(&server, &place, &address);
    let source = Path::new(&address);
    let message = place.refused(source, |_| {});
    assert!(
        message.contains("tram") && message.contains("thua_dat"),
        "{message}"
    );
    assert!(
        !message.contains(PASSWORD) && message.contains("password=***"),
        "{message}"
    );
    let layer = |name: &str| {
        let wanted = name.to_owned();
        let report = place
            .import_with(source, |request| request.source_layer = Some(wanted))
            .unwrap();
        (report, place.twin.read(&id("probe")).unwrap())
    };

    let (report, tram) = layer("tram");
    assert_eq!(report.sources[0].crs, "EPSG:4326");
    check_stations(&tram, 1e-9, ["2024-05-31", INSTANT]);
    let found = kinds(
        &tram,
        ["ten", "so_giuong", "dien_tich", "ngay", "luc", "ma"],
    );
    assert_eq!(found, [Text, Whole, Real, Date, Moment, Text]);

    let (report, parcels) = layer("thua_dat");
    assert_eq!(report.sources[0].crs, "EPSG:9209");
    check_parcels(&parcels, 1e-8);

    let (report, permits) = layer("ho_so.giay_phep");
    assert_eq!(permits.meta.kind, layers::LayerKind::Table);
    let found = kinds(&permits, ["so", "phi", "cap", "luc", "con_han"]);
    assert_eq!(found, [Text, Real, Date, Moment, Truth]);
    let values = ["phi", "cap", "luc", "con_han"].map(|name| column(&permits, name).remove(0));
    assert_eq!(values, ["150000.5", "2024-05-31", INSTANT, "true"]);
    is_secret(&place, &report, &permits);

    let wrong = server.address("sai-m4t-khau");
    let message = place.refused(Path::new(&wrong), |_| {});
    assert!(
        message.contains("authentication failed") && !message.contains("sai-m4t"),
        "{message}"
    );
    let nowhere = "PG:host=/nowhere dbname=tinh password=m4t";
    let message = place.refused(Path::new(nowhere), |_| {});
    assert!(!message.contains("m4t"), "{message}");
}
