//! Reading, preparing and gathering at once: one thread reads, one per core prepares, one assembles.

use super::{
    assemble::Assembly,
    prepare::{self, Job, Plan, Prepared, Target, TextMode},
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
}

/// Reads and prepares every feature of every source; the order of rows is that of the sources and their features.
pub(super) fn gather(
    feeds: &mut [Feed],
    plans: &[Plan],
    target: &Target,
    assembly: &mut Assembly,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let known: Option<u64> = feeds
        .iter()
        .map(|feed| feed.source.about().feature_count)
        .sum();
    let mut read_findings = Findings::default();
    let mut read = 0;
    let mut at = 0;
    let next = || -> Result<Option<Job>, ImportError> {
        while let Some(feed) = feeds.get_mut(at) {
            if progress.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            let label = &plans[at].label;
            if let Some(job) = feed.next(at, label, &mut read_findings)? {
                read += job.batch.rows as u64;
                progress.step("read", read, known.map(|known| known.max(read)));
                return Ok(Some(job));
            }
            at += 1;
        }
        Ok(None)
    };
    let work = |ways: &mut Vec<(String, Patchwork)>, job: Job| -> Result<Prepared, ImportError> {
        let plan = &plans[job.source];
        prepare::prepare(plan, target, &job, way(ways, &plan.crs)?)
    };
    let mut sink = |prepared: Result<Prepared, ImportError>| -> Result<(), ImportError> {
        let mut prepared = prepared?;
        findings.absorb(std::mem::take(&mut prepared.findings));
        Ok(assembly.add(prepared)?)
    };
    map_in_order(next, Vec::new, work, &mut sink)?;
    findings.absorb(read_findings);
    Ok(())
}

/// The way from a source's CRS to the stored one, made when it is first needed: sources mostly share one.
fn way<'a>(
    ways: &'a mut Vec<(String, Patchwork)>,
    crs: &str,
) -> Result<&'a mut Patchwork, ImportError> {
    let at = match ways.iter().position(|(known, _)| known == crs) {
        Some(at) => at,
        None => {
            let from: Crs = crs.parse()?;
            let exact = Transformer::new(&from, &Crs::stored())?;
            ways.push((crs.to_owned(), Patchwork::new(&from, exact)));
            ways.len() - 1
        }
    };
    Ok(&mut ways[at].1)
}

impl Feed {
    /// The next batch to prepare; at the end none, and what the driver warned of is noted.
    fn next(
        &mut self,
        source: usize,
        label: &str,
        findings: &mut Findings,
    ) -> Result<Option<Job>, ImportError> {
        let batch = match self.first.take() {
            Some(batch) => Some(batch),
            None => self.source.next_batch()?,
        };
        let Some(batch) = batch else {
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
