//! What an import found and did, for a person and for a program.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AreaTotals, LayerId, SourceInfo, Version};

mod codes;
mod text;

pub use codes::FindingCode;

/// The languages people are spoken to in; Vietnamese first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    #[serde(rename = "vi")]
    Vietnamese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing was lost.
    Info,
    /// Look at it: something was guessed, changed or left without geometry.
    Warning,
    /// Features could not be published and were set aside.
    Error,
}

/// One kind of thing that was found, with how often and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which kind.
    pub code: FindingCode,
    /// How much it matters.
    pub severity: Severity,
    /// How often: features, attributes or files, as the text says.
    pub count: u64,
    /// The first few, for example `parcels.shp feature 12: …`; at most [`Finding::MAX_EXAMPLES`].
    pub examples: Vec<String>,
    /// What it is and what to do, in Vietnamese.
    pub vi: String,
    /// What it is and what to do, in English.
    pub en: String,
}

impl Finding {
    /// Examples kept per finding.
    pub const MAX_EXAMPLES: usize = 5;
}

/// The outcome of an import or of its rehearsal.
///
/// `features_read = features_published + features_set_aside`, always; repaired features are among the published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The layer.
    pub layer: LayerId,
    /// The version published; none after a dry run.
    pub version: Option<Version>,
    /// The sources as they were understood.
    pub sources: Vec<SourceInfo>,
    /// Features read from all sources; pixels of a raster.
    pub features_read: u64,
    /// Features in the published version.
    pub features_published: u64,
    /// Published features whose geometry was changed to make it valid.
    pub features_repaired: u64,
    /// Features kept in `quarantine.parquet` beside the version, each with the reason.
    pub features_set_aside: u64,
    /// The areas of all published polygons, before and after repair; none where nothing published has an area.
    #[serde(default)]
    pub areas: Option<AreaTotals>,
    /// What was found, gravest first.
    pub findings: Vec<Finding>,
}

impl ImportReport {
    /// The report as lines a person reads.
    pub fn to_text(&self, language: Language) -> String {
        text::write(self, language)
    }

    /// The finding of a kind, if there is one.
    pub fn finding(&self, code: FindingCode) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }
}

/// Findings as they come in, gathered by kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// Notes one thing of a kind; the example is only made when it will be kept.
    pub(crate) fn note<E: fmt::Display>(&mut self, code: FindingCode, example: impl FnOnce() -> E) {
        self.note_many(code, 1, example);
    }

    /// Notes several at once.
    pub(crate) fn note_many<E: fmt::Display>(
        &mut self,
        code: FindingCode,
        count: u64,
        example: impl FnOnce() -> E,
    ) {
        if count == 0 {
            return;
        }
        let finding = if let Some(at) = self.list.iter().position(|finding| finding.code == code) {
            &mut self.list[at]
        } else {
            let (severity, vi, en) = code.explanation();
            self.list.push(Finding {
                code,
                severity,
                count: 0,
                examples: Vec::new(),
                vi: vi.into(),
                en: en.into(),
            });
            self.list.last_mut().expect("just pushed")
        };
        finding.count += count;
        if finding.examples.len() < Finding::MAX_EXAMPLES {
            finding.examples.push(example().to_string());
        }
    }

    /// Adds those of a later part of the same work.
    pub(crate) fn absorb(&mut self, later: Self) {
        for finding in later.list {
            let Some(known) = self
                .list
                .iter_mut()
                .find(|known| known.code == finding.code)
            else {
                self.list.push(finding);
                continue;
            };
            known.count += finding.count;
            for example in finding.examples {
                if known.examples.len() < Finding::MAX_EXAMPLES
                    && !known.examples.contains(&example)
                {
                    known.examples.push(example);
                }
            }
        }
    }

    /// All of them, gravest first.
    pub(crate) fn into_sorted(mut self) -> Vec<Finding> {
        self.list
            .sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.cmp(&b.code)));
        self.list
    }
}
