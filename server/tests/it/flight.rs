//! Arrow Flight SQL over a socket: by Arrow's own client, and by ADBC in Python.

use std::{env, path::Path, process::Command, sync::Arc, time::Duration};

use arrow::{
    array::{AsArray as _, Int64Array, RecordBatch},
    datatypes::Int64Type,
};
use arrow_flight::{error::FlightError, sql::client::FlightSqlServiceClient};
use engine::CancelToken;
use futures::TryStreamExt as _;
use server::{http, offload::Offload};
use tokio::net::TcpListener;
use tonic::{Code, transport::Endpoint};

use crate::fixture::TestServer;

/// How long the ADBC client may take on a busy machine.
const ADBC_PATIENCE: Duration = Duration::from_secs(300);

/// Serves a test province on a port of its own until the test ends; its address.
async fn serve(server: &TestServer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = http::router(&server.services);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_prepared_bound_and_fetched() {
    let server = TestServer::new();
    let uri = serve(&server).await;
    let channel = Endpoint::new(uri).unwrap().connect().await.unwrap();
    let mut client = FlightSqlServiceClient::new(channel);
    let query = "SELECT count(*) AS n FROM schools WHERE pupils >= $1";
    let mut statement = client.prepare(query.to_owned(), None).await.unwrap();
    assert_eq!(statement.parameter_schema().unwrap().fields().len(), 1);
    assert_eq!(statement.dataset_schema().unwrap().field(0).name(), "n");
    let column = Int64Array::from(vec![1000]);
    let row = RecordBatch::try_from_iter([("$1", Arc::new(column) as _)]).unwrap();
    statement.set_parameters(row).unwrap();
    let info = statement.execute().await.unwrap();
    let ticket = info.endpoint[0].ticket.clone().unwrap();
    let rows: Vec<RecordBatch> = client
        .do_get(ticket)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let counts = rows[0].column(0).as_primitive::<Int64Type>();
    assert_eq!(counts.value(0), 2);
    let refused = client
        .execute("DROP TABLE schools".to_owned(), None)
        .await
        .unwrap_err();
    let FlightError::Tonic(status) = refused else {
        panic!("{refused}")
    };
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(status.message().contains("only queries"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn adbc_reads_the_layers_as_a_database() {
    let python = env::var("LUCDAU_PYTHON").unwrap_or_else(|_unset| "python3".to_owned());
    let import = ["-c", "import adbc_driver_flightsql, pyarrow"];
    let found = Command::new(&python).args(import).output();
    if !found.is_ok_and(|output| output.status.success()) {
        println!("skipped: no ADBC here; `pip install adbc-driver-flightsql pyarrow`");
        return;
    }
    let server = TestServer::new();
    let uri = serve(&server).await.replace("http", "grpc");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adbc.py");
    let threads = Offload::start("client", 1, 1).unwrap();
    let ask = move |_: &CancelToken| Command::new(python).arg(script).arg(uri).output();
    let asked = threads.run(ADBC_PATIENCE, ask).await.unwrap().unwrap();
    assert!(
        asked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&asked.stdout),
        String::from_utf8_lossy(&asked.stderr)
    );
}
