//! `/events`: what happens, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{Sse, sse},
    routing::get,
};
use futures::{Stream, StreamExt as _};
use serde::Serialize;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use crate::{
    error::RequestError,
    events::{Event, Events, MAX_LISTENERS},
    http::routes::{Operation, Routes},
    shutdown::Shutdown,
};

/// Time between two signs of life on a quiet stream; proxies cut streams that are silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The routes of events.
pub fn routes(events: Events, shutdown: Shutdown) -> Routes {
    let operation = Operation::get(
        "/events",
        "Sự kiện: layer, job, reset · Server-sent events: layer, job, reset (read everything again)",
    )
    .answers(200, &["text/event-stream"]);
    Routes::default().on([operation], get(listen).with_state((events, shutdown)))
}

async fn listen(
    State((events, shutdown)): State<(Events, Shutdown)>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, RequestError> {
    let receiver = events.listen();
    let receiver = receiver.ok_or(RequestError::TooMany {
        what: "event streams",
        limit: MAX_LISTENERS,
    })?;
    let stream = BroadcastStream::new(receiver)
        .map(|event| Ok(message(event)))
        .take_until(async move { shutdown.requested().await });
    Ok(Sse::new(stream).keep_alive(sse::KeepAlive::new().interval(KEEP_ALIVE)))
}

/// A listener that fell behind is told to read everything again.
fn message(event: Result<Event, BroadcastStreamRecvError>) -> sse::Event {
    match event {
        Ok(Event::Layer(layer)) => named("layer", &layer),
        Ok(Event::Job(job)) => named("job", job.as_ref()),
        Err(BroadcastStreamRecvError::Lagged(missed)) => {
            named("reset", &serde_json::json!({"missed": missed}))
        }
    }
}

fn named(name: &str, data: &impl Serialize) -> sse::Event {
    let event = sse::Event::default().event(name);
    event
        .json_data(data)
        .unwrap_or_else(|_unwritable| sse::Event::default().event("reset").data("{}"))
}
