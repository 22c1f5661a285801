//! What is checked of a layer's attributes, decided from the first rows of its sources, and what shows at the end.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, new_empty_array, new_null_array},
    compute::concat,
};

use super::{
    ImportRequest,
    assemble::Tally,
    attributes::{Survey, UnitColumns},
    gather::Feed,
    prepare::{Plan, Target, TextMode, typed},
};
use crate::{
    Attribute, ImportError, ReadError, Twin, admin::AdminRegister, report::Findings,
    source::SourceBatch, store::Writer,
};

/// Rows looked at, of all sources, before it is decided what is checked.
const SAMPLE_ROWS: usize = 16_384;

/// Rows of each of many sources looked at, at least.
const SAMPLE_ROWS_PER_SOURCE: usize = 64;

/// Decides from the first rows what is checked of the attributes, and adds those that are derived.
pub(super) fn decide(
    target: &mut Target,
    (feeds, plans): (&[Feed], &[Plan]),
    (request, writer): (&ImportRequest, Option<&Writer<'_>>),
    findings: &mut Findings,
) -> Result<(), ImportError> {
    let rows = (SAMPLE_ROWS / feeds.len().max(1)).max(SAMPLE_ROWS_PER_SOURCE);
    let sources = feeds.iter().zip(plans);
    let samples: Vec<Vec<ArrayRef>> = sources
        .filter_map(|(feed, plan)| {
            let batch = (feed.first.as_ref()?, feed.text);
            Some(sample(plan, &target.attributes, batch, rows))
        })
        .collect();
    let mut sample = Vec::with_capacity(target.attributes.len());
    for (at, attribute) in target.attributes.iter().enumerate() {
        let parts: Vec<&dyn Array> = samples.iter().map(|columns| columns[at].as_ref()).collect();
        sample.push(match parts.as_slice() {
            [] => new_empty_array(&attribute.kind.data_type()),
            parts => concat(parts).map_err(|error| ReadError::Damaged {
                path: plans[0].label.clone().into(),
                detail: error.to_string(),
            })?,
        });
    }
    let has_units = UnitColumns::are_in(&target.attributes);
    let units = has_units.then(|| request.admin.clone().or_else(|| units_of(writer?.twin())));
    let date = request.reference_date;
    let date = date.unwrap_or_else(|| chrono::Local::now().date_naive());
    target.survey = Survey::of(
        &target.attributes,
        &sample,
        (date, units.flatten().as_ref()),
        findings,
    );
    target.attributes.extend_from_slice(target.survey.derived());
    Ok(())
}

/// The attributes of some of a batch's rows, as they would be published.
fn sample(
    plan: &Plan,
    attributes: &[Attribute],
    (batch, text): (&SourceBatch, TextMode),
    rows: usize,
) -> Vec<ArrayRef> {
    let rows = rows.min(batch.rows);
    let mut unheard = Findings::default();
    let columns = attributes.iter().zip(&plan.columns);
    columns
        .map(|(attribute, column)| match column {
            Some(at) => {
                let some = batch.attributes[*at].slice(0, rows);
                typed(&some, attribute, text, &|_| String::new(), &mut unheard)
            }
            None => new_null_array(&attribute.kind.data_type(), rows),
        })
        .collect()
}

/// The twin's own units; a layer that is none of units hinders no import.
fn units_of(twin: &Twin) -> Option<Arc<AdminRegister>> {
    let found = AdminRegister::of_twin(twin).unwrap_or_else(|error| {
        tracing::warn!(%error, "codes and names of administrative units are not checked");
        None
    });
    found.map(Arc::new)
}

/// Tells what only shows when all is read; gives the attributes that are not needed.
pub(super) fn conclude(
    survey: &Survey,
    plans: &[Plan],
    tally: &Tally,
    findings: &mut Findings,
) -> Vec<String> {
    let place = |row: usize| {
        let mut before = 0;
        let mut sources = plans.iter().zip(&tally.reached);
        let found = sources.find_map(|(plan, reached)| {
            let number = row as u64 + 1 - before;
            before += reached.features;
            (number <= reached.features).then(|| format!("{} #{number}", plan.label))
        });
        found.unwrap_or_default()
    };
    survey.conclude(&tally.audit, &place, findings)
}
