//! Work on several threads whose results come out in the order of what went in: the shape of reading and of writing.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// Items that may wait for a worker, per worker; bounds memory when the work is slower than the source.
const WAITING_PER_WORKER: usize = 2;

/// Maps items on one thread per core and hands the results to `sink` in the order of their items.
///
/// `next` runs on the calling thread, as the handles of GDAL must; `worker` makes each thread its own state, such as a
/// transformation of PJ contexts; `sink` runs on a thread of its own. The first error of `next` or `sink` ends all.
///
/// # Errors
/// Those of `next` and of `sink`.
pub(crate) fn map_in_order<T, S, R, E>(
    mut next: impl FnMut() -> Result<Option<T>, E>,
    worker: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
    mut sink: impl FnMut(R) -> Result<(), E> + Send,
) -> Result<(), E>
where
    T: Send,
    R: Send,
    E: Send,
{
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (items, to_do) = sync_channel::<(u64, T)>(workers * WAITING_PER_WORKER);
    let (results, done) = sync_channel::<(u64, R)>(workers * WAITING_PER_WORKER);
    let to_do = Arc::new(Mutex::new(to_do));
    thread::scope(|scope| {
        for _ in 0..workers {
            let (to_do, results) = (Arc::clone(&to_do), results.clone());
            let (worker, work) = (&worker, &work);
            scope.spawn(move || {
                let mut state = worker();
                let mut done = || {
                    let (at, item) = take(&to_do)?;
                    results.send((at, work(&mut state, item))).ok()
                };
                while done().is_some() {}
            });
        }
        // From here on the workers alone keep the queues open: when they have stopped, `feed` notices.
        drop((to_do, results));
        let sinking = scope.spawn(move || in_order(&done, &mut sink));
        let fed = feed(&items, &mut next);
        drop(items);
        // A panic of the sink is the caller's own; it goes on as one.
        let sunk = sinking
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        sunk.and(fed)
    })
}

/// Sends items until there are none, or nobody takes them: then the sink has failed and says why.
fn feed<T, E>(
    items: &SyncSender<(u64, T)>,
    next: &mut impl FnMut() -> Result<Option<T>, E>,
) -> Result<(), E> {
    for at in 0.. {
        let Some(item) = next()? else { break };
        if items.send((at, item)).is_err() {
            break;
        }
    }
    Ok(())
}

fn take<T>(to_do: &Mutex<Receiver<T>>) -> Option<T> {
    let to_do = to_do.lock().unwrap_or_else(PoisonError::into_inner);
    to_do.recv().ok()
}

/// Hands results on in their order; those that come early wait, at most one per worker and place in the queue.
fn in_order<R, E>(
    done: &Receiver<(u64, R)>,
    sink: &mut impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut expected = 0;
    for (at, result) in done {
        early.insert(at, result);
        while let Some(result) = early.remove(&expected) {
            sink(result)?;
            expected += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Maps 0..count, some items slow; what came out, or the error.
    fn run(count: u32, fail_next: u32, fail_sink: u32) -> Result<Vec<u32>, &'static str> {
        let mut items = 0..count;
        let mut out = Vec::new();
        map_in_order(
            || match items.next() {
                Some(item) if item == fail_next => Err("next"),
                item => Ok(item),
            },
            || 0_u32,
            |seen, item| {
                *seen += 1;
                // Uneven work, so that results come out of order.
                if item.is_multiple_of(7) {
                    thread::yield_now();
                }
                item * 2
            },
            |result| {
                if result == fail_sink * 2 {
                    return Err("sink");
                }
                out.push(result);
                Ok(())
            },
        )?;
        Ok(out)
    }

    #[test]
    fn results_come_in_the_order_of_their_items() {
        let expected: Vec<u32> = (0..1000).map(|item| item * 2).collect();
        assert_eq!(run(1000, u32::MAX, u32::MAX >> 1), Ok(expected));
        assert_eq!(run(0, 1, 1), Ok(Vec::new()));
    }

    #[test]
    fn an_error_at_either_end_ends_all() {
        assert_eq!(run(1000, 500, u32::MAX >> 1), Err("next"));
        assert_eq!(run(1000, u32::MAX, 3), Err("sink"));
        assert_eq!(run(1000, 900, 3), Err("sink"), "the first in order counts");
    }
}
