//! Work whose results a client takes one after the other, at its own pace.
//!
//! A thread is held only while the next result is made. A client that goes away, or takes nothing for [`PATIENCE`], ends the work.

use std::time::Duration;

use futures::{Stream, stream};
use thiserror::Error;
use tokio::{sync::mpsc, time::timeout};

use crate::offload::{CancelOnDrop, Offload, OffloadError};

/// How long a client may take for one result.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no next result.
#[derive(Debug, Error)]
pub(crate) enum PullError {
    #[error(transparent)]
    Offload(#[from] OffloadError),
    #[error("the client took nothing for {} s", PATIENCE.as_secs())]
    Abandoned,
}

/// The results of work, each made on the threads of a pool within a deadline, one ahead of the client. When the client is gone,
/// `wanted` is dropped, which stops what still runs.
pub(crate) fn pull<W>(
    offload: Offload,
    deadline: Duration,
    wanted: CancelOnDrop,
    mut work: W,
) -> impl Stream<Item = Result<W::Item, PullError>> + Send
where
    W: Iterator<Item: Send> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let _wanted = wanted;
        loop {
            let step = offload.run(deadline, move |_| {
                let result = work.next();
                (result, work)
            });
            let made = tokio::select! {
                made = step => made,
                () = sender.closed() => return,
            };
            let message = match made {
                Ok((result, rest)) => {
                    work = rest;
                    Ok(result)
                }
                Err(error) => {
                    sender.send(Err(error)).await.ok();
                    return;
                }
            };
            let is_last = matches!(message, Ok(None));
            let taken = timeout(PATIENCE, sender.send(message)).await;
            if is_last || !matches!(taken, Ok(Ok(()))) {
                return;
            }
        }
    });
    // A channel that closes before the end was told is no end: a part must never pass for the whole.
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Ok(Some(result))) => Some((Ok(result), Some(receiver))),
            Some(Ok(None)) => None,
            Some(Err(error)) => Some((Err(error.into()), None)),
            None => Some((Err(PullError::Abandoned), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use engine::CancelToken;
    use futures::{StreamExt as _, TryStreamExt as _};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn results_come_in_order_and_only_as_they_are_taken() {
        let pool = Offload::start("test", 1, 4).unwrap();
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let work = (0..100).inspect(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let mut results = Box::pin(pull(pool.clone(), LONG, CancelOnDrop::default(), work));
        assert_eq!(results.next().await.unwrap().unwrap(), 0);
        thread::sleep(Duration::from_millis(50));
        assert!(
            pool.run(LONG, |_| ()).await.is_ok(),
            "no thread is held by a client that waits"
        );
        let ahead = made.load(Ordering::Relaxed);
        assert!(ahead <= 4, "{ahead} results were made for one taken");
        let rest: Vec<i32> = results.try_collect().await.unwrap();
        assert_eq!(rest, (1..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn work_that_breaks_is_an_error_and_a_client_that_leaves_cancels_it() {
        let pool = Offload::start("test", 1, 4).unwrap();
        let breaks = (0..3).inspect(|step| assert!(*step < 1, "no bread"));
        let results: Vec<_> = pull(pool.clone(), LONG, CancelOnDrop::default(), breaks)
            .collect()
            .await;
        assert!(results[0].is_ok() && results[1].is_err() && results.len() == 2);
        let cancel = CancelToken::new();
        let seen = cancel.clone();
        let endless = std::iter::from_fn(move || {
            thread::sleep(Duration::from_millis(1));
            (!seen.is_cancelled()).then_some(())
        });
        let mut results = Box::pin(pull(pool, LONG, CancelOnDrop(cancel.clone()), endless));
        results.next().await.unwrap().unwrap();
        drop(results);
        while !cancel.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
