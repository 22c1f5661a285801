//! A twin on object stores: in memory, in a folder, and on a server that speaks S3.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use arrow::{
    array::{BinaryArray, RecordBatch, UInt64Array},
    datatypes::{DataType, Field, Schema},
};
use layers::{
    Layer, LayerKind, StoreError, Twin, Version,
    store::{RemoteTwin, Retention},
};
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, aws::AmazonS3Builder,
    local::LocalFileSystem, memory::InMemory, path::Path as ObjectPath,
};

use crate::fixtures::{POINT, Place, SQUARE, geojson, id};

/// More than one part of an upload.
const LARGE_BYTES: usize = 20 << 20;

fn import(twin: &Twin, place: &Place, layer: &str, features: &[(&str, &str)]) {
    let source = place.file("probe.geojson", geojson(features));
    let request = layers::ImportRequest::new(vec![source], id(layer));
    layers::import::import(twin, &request, &layers::Silent).unwrap();
}

/// Publishes a table of one row of bytes that no compression makes smaller.
fn publish_large(twin: &Twin) {
    let mut meta = twin.meta(&id("roads")).unwrap();
    (meta.id, meta.kind) = (id("large"), LayerKind::Table);
    let schema = Arc::new(Schema::new(vec![
        Field::new(Layer::FID, DataType::UInt64, false),
        Field::new("noise", DataType::Binary, true),
    ]));
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(LARGE_BYTES)
    .collect();
    let columns: [arrow::array::ArrayRef; 2] = [
        Arc::new(UInt64Array::from(vec![0])),
        Arc::new(BinaryArray::from_vec(vec![&noise])),
    ];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.into()).unwrap();
    let layer = Layer {
        meta: Arc::new(meta),
        schema,
        batches: vec![batch],
    };
    twin.publish(&layer).unwrap();
}

/// Whether two twins are the same to any reader.
#[track_caller]
fn assert_same(a: &Twin, b: &Twin) {
    assert_eq!(a.layers().unwrap(), b.layers().unwrap());
    assert_eq!(a.history().unwrap(), b.history().unwrap());
    assert_eq!(a.publication().unwrap(), b.publication().unwrap());
    assert_eq!(a.pins().unwrap(), b.pins().unwrap());
    for layer in a.layers().unwrap() {
        let versions = a.versions(&layer.id).unwrap();
        assert_eq!(versions, b.versions(&layer.id).unwrap());
        for version in versions {
            let read = |twin: &Twin| twin.read_version(&version.id, version.version).unwrap();
            assert_eq!(read(a).batches, read(b).batches);
        }
    }
}

/// All that a store has to do, on one.
fn check(store: &Arc<dyn ObjectStore>) {
    let place = Place::new();
    let twin = &place.twin;
    let remote = RemoteTwin::over(Arc::clone(store), "tinh/hai_duong", "the store").unwrap();
    let nothing = remote.layers().unwrap_err();
    assert!(
        matches!(nothing, StoreError::NoRemote { .. }),
        "{nothing:?}"
    );

    import(twin, &place, "roads", &[("a", POINT)]);
    import(twin, &place, "roads", &[("a", POINT), ("b", SQUARE)]);
    twin.pin(&id("roads"), Version(1), "kiểm kê").unwrap();
    publish_large(twin);
    let pushed = remote.push(twin).unwrap();
    assert_eq!(pushed.publication, 1);
    assert!(pushed.bytes > LARGE_BYTES as u64, "{pushed:?}");
    assert_eq!(remote.layers().unwrap(), twin.layers().unwrap());
    let again = remote.push(twin).unwrap();
    assert_eq!((again.publication, again.files), (1, 0));

    let copy = Twin::create_or_open(&place.path("copy")).unwrap();
    assert_eq!(remote.pull(&copy).unwrap().versions, 3);
    assert_same(twin, &copy);

    import(twin, &place, "roads", &[("c", POINT)]);
    twin.unpin(&id("roads"), Version(1)).unwrap();
    let policy = Retention {
        keep: 1,
        younger_than: None,
    };
    twin.prune(policy, None, chrono::Utc::now()).unwrap();
    assert_eq!(remote.push(twin).unwrap().publication, 2);
    let pulled = remote.pull(&copy).unwrap();
    assert_eq!((pulled.versions, pulled.publication), (1, 2));
    assert_same(twin, &copy);
    assert!(!copy.dir().join("layers/roads/v1").try_exists().unwrap());
    let read = remote.read(&id("roads"), copy.dir()).unwrap();
    assert_eq!(read.batches, twin.read(&id("roads")).unwrap().batches);

    import(&copy, &place, "roads", &[("other", POINT)]);
    import(twin, &place, "roads", &[("mine", POINT)]);
    assert_eq!(remote.push(&copy).unwrap().publication, 3);
    for error in [
        remote.push(twin).unwrap_err(),
        remote.pull(twin).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Diverged { .. }), "{error:?}");
    }
    damage(store, &place);
}

/// Writers with the same base push at once: one wins, the others are told.
fn race(store: &Arc<dyn ObjectStore>) {
    let place = &Place::new();
    import(&place.twin, place, "roads", &[("a", POINT)]);
    let open = || RemoteTwin::over(Arc::clone(store), "tinh/race", "the store").unwrap();
    let before = open().push(&place.twin).unwrap().publication;
    let twins: Vec<Twin> = (0..4)
        .map(|at| {
            let twin = Twin::create_or_open(&place.path(&format!("racer{at}"))).unwrap();
            open().pull(&twin).unwrap();
            import(&twin, place, "roads", &[(&format!("racer {at}"), POINT)]);
            twin
        })
        .collect();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let racers: Vec<_> = twins
            .iter()
            .map(|twin| scope.spawn(|| open().push(twin)))
            .collect();
        let outcomes = racers.into_iter().map(|racer| racer.join().unwrap());
        outcomes.collect()
    });
    let mut winners = 0;
    for (twin, outcome) in twins.iter().zip(outcomes) {
        match outcome {
            Ok(pushed) => {
                winners += 1;
                assert_eq!(pushed.publication, before + 1);
                assert_eq!(open().layers().unwrap(), twin.layers().unwrap());
            }
            Err(StoreError::Conflict { .. } | StoreError::Diverged { .. }) => {}
            Err(error) => assert_eq!(error.to_string(), "a conflict"),
        }
    }
    assert_eq!(winners, 1);
    assert_eq!(open().publication().unwrap(), before + 1);
    open().pull(&place.twin).unwrap();
}

/// What comes damaged is refused, and the twin stays what it was.
fn damage(store: &Arc<dyn ObjectStore>, place: &Place) {
    let remote = RemoteTwin::over(Arc::clone(store), "tinh/hai_duong", "the store").unwrap();
    let twin = Twin::create_or_open(&place.path("damaged")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let large = runtime.block_on(async {
        let folder = ObjectPath::from("tinh/hai_duong/layers/large/v1");
        let listed = store.list_with_delimiter(Some(&folder)).await.unwrap();
        let folder = &listed.common_prefixes[0];
        let listed = store.list_with_delimiter(Some(folder)).await.unwrap();
        let object = &listed.objects[0];
        let wrong = vec![7; usize::try_from(object.size).unwrap()];
        store.put(&object.location, wrong.into()).await.unwrap();
        object.location.clone()
    });
    let error = remote.pull(&twin).unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged { detail, .. } if detail.contains("checksum")),
        "{error:?}"
    );
    runtime.block_on(store.delete(&large)).unwrap();
    let error = remote.pull(&twin).unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged { detail, .. } if detail.contains("missing")),
        "{error:?}"
    );
    assert!(twin.layers().unwrap().is_empty());
    assert_eq!(twin.publication().unwrap(), 0);
}

#[test]
fn a_twin_lives_in_memory() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    check(&store);
    race(&store);
}

#[test]
fn a_twin_lives_in_a_shared_folder() {
    let dir = tempfile::tempdir().unwrap();
    let store: Arc<dyn ObjectStore> =
        Arc::new(LocalFileSystem::new_with_prefix(dir.path()).unwrap());
    check(&store);
    race(&store);
    let url = format!("file://{}", dir.path().join("other").display());
    let (place, remote) = (Place::new(), RemoteTwin::open(&url).unwrap());
    import(&place.twin, &place, "roads", &[("a", POINT)]);
    assert_eq!(remote.push(&place.twin).unwrap().publication, 1);
    assert_eq!(RemoteTwin::open(&url).unwrap().layers().unwrap().len(), 1);
}

/// Ends the process it holds, also when a test fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts an S3 server (moto, from `PyPI`) with one bucket; none where it is not installed.
fn start_s3(port: u16) -> Option<Server> {
    let child = Command::new("moto_server")
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut server = Server(child.ok()?);
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut stream = loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            break stream;
        }
        if server.0.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "the server does not start");
        std::thread::sleep(Duration::from_millis(50));
    };
    write!(
        stream,
        "PUT /twins HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
    Some(server)
}

#[test]
fn a_twin_lives_on_a_server_that_speaks_s3() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let Some(_server) = start_s3(port) else {
        println!("skipped: no moto_server here; install it with `pip install 'moto[server]'`");
        return;
    };
    let store = AmazonS3Builder::new()
        .with_endpoint(format!("http://127.0.0.1:{port}"))
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_access_key_id("test")
        .with_secret_access_key("test")
        .with_bucket_name("twins")
        .build()
        .unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    check(&store);
    // This server looks and then writes, so that two at once may both win there: not raced, but asked in turn.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let create = |text: &'static str| {
        let path = ObjectPath::from("conditional");
        let only_if_absent = PutOptions::from(PutMode::Create);
        runtime.block_on(store.put_opts(&path, text.into(), only_if_absent))
    };
    create("first").unwrap();
    let late = create("second").unwrap_err();
    assert!(
        matches!(late, object_store::Error::AlreadyExists { .. }),
        "{late:?}"
    );
}
