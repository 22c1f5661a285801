//! Reading, preparing and gathering at once: one thread reads, one per core prepares, one assembles.

use super::{
    assemble::{Assembly, Reached},
    prepare::{self, Job, Place, Plan, Prepared, Target, TextMode},
};
use crate::{
    Crs, FindingCode, ImportError, Progress, Transformer,
    crs::Patchwork,
    encoding,
    parallel::map_in_order,
    report::Findings,
    source::{Source, SourceBatch},
};

/// A source being read.
pub(super) struct Feed {
    pub(super) source: Box<dyn Source>,
    /// What was read to look at.
    pub(super) first: Option<SourceBatch>,
    pub(super) text: TextMode,
    pub(super) read: u64,
    /// Whether all of it has been read.
    pub(super) ended: bool,
}

/// Reads and prepares every feature of every source; the order of rows is that of the sources and their features.
pub(super) fn gather(
    feeds: &mut [Feed],
    plans: &[Plan],
    target: &Target,
    assembly: &mut Assembly,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let known: Option<u64> = feeds
        .iter()
        .map(|feed| feed.source.about().feature_count)
        .sum();
    go_on(feeds, &assembly.tally.reached, progress)?;
    let mut read: u64 = feeds.iter().map(|feed| feed.read).sum();
    let mut noted = Findings::default();
    let mut at = 0;
    let next = || -> Result<Option<Job>, ImportError> {
        while let Some(feed) = feeds.get_mut(at) {
            if progress.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            let label = &plans[at].label;
            if let Some(job) = feed.next(at, label, &mut noted)? {
                read += job.batch.rows as u64;
                progress.step("read", read, known.map(|known| known.max(read)));
                return Ok(Some(job));
            }
            at += 1;
        }
        Ok(None)
    };
    let work = |ways: &mut Ways, job: Job| -> Result<Prepared, ImportError> {
        let plan = &plans[job.source];
        prepare::prepare(plan, target, job, way(ways, &plan.place)?)
    };
    let sink = |prepared: Result<Prepared, ImportError>| Ok(assembly.add(prepared?)?);
    map_in_order(next, Vec::new, work, sink)?;
    assembly.tally.findings.absorb(noted);
    Ok(())
}

/// Passes over the features that an interrupted import has gathered.
fn go_on(
    feeds: &mut [Feed],
    reached: &[Reached],
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    for (at, (feed, known)) in feeds.iter_mut().zip(reached).enumerate() {
        if known.features > 0 {
            feed.text = known.text;
        }
        if at + 1 < reached.len() {
            // The next source was begun, so this one was read to its end.
            feed.read = known.features;
            feed.ended = true;
        }
        while feed.read < known.features {
            if progress.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            let Some(batch) = feed.batch()? else { break };
            feed.read += batch.rows as u64;
            progress.step("pass over", feed.read, Some(known.features));
        }
    }
    Ok(())
}

/// Ways to the stored CRS, by where they come from; of a thread.
type Ways = Vec<(Place, Patchwork)>;

/// The way from a source's place to the stored CRS, made when it is first needed: sources mostly share one.
fn way<'a>(ways: &'a mut Ways, place: &Place) -> Result<&'a mut Patchwork, ImportError> {
    let known = ways.iter().position(|(known, _)| known == place);
    let at = known.unwrap_or(ways.len());
    if known.is_none() {
        let from: Crs = place.crs.parse()?;
        let exact = Transformer::new(&from, &Crs::stored())?;
        let way = Patchwork::new(&from, place.before, exact);
        ways.push((place.clone(), way));
    }
    Ok(&mut ways[at].1)
}

impl Feed {
    fn batch(&mut self) -> Result<Option<SourceBatch>, ImportError> {
        if self.ended {
            return Ok(None);
        }
        let batch = match self.first.take() {
            Some(batch) => Some(batch),
            None => self.source.next_batch()?,
        };
        self.ended = batch.is_none();
        Ok(batch)
    }

    /// The next batch to prepare; at the end none. What the driver warned of goes with the next batch of any source.
    fn next(
        &mut self,
        source: usize,
        label: &str,
        findings: &mut Findings,
    ) -> Result<Option<Job>, ImportError> {
        let Some(batch) = self.batch()? else {
            for warning in self.source.warnings() {
                findings.note(FindingCode::DriverWarning, || format!("{label}: {warning}"));
            }
            return Ok(None);
        };
        self.decide_text(&batch, label, findings);
        let first = self.read + 1;
        self.read += batch.rows as u64;
        Ok(Some(Job {
            source,
            text: self.text,
            first,
            batch,
            findings: std::mem::take(findings),
        }))
    }

    /// Settles the encoding at the first batch that has a byte above 0x7F.
    fn decide_text(&mut self, batch: &SourceBatch, label: &str, findings: &mut Findings) {
        if self.text != TextMode::Undecided {
            return;
        }
        if let Some(found) = encoding::detect(prepare::text_bytes(batch)) {
            self.text = TextMode::Bytes(found);
            findings.note(FindingCode::EncodingGuessed, || format!("{label}: {found}"));
        }
    }
}
