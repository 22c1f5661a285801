//! What the attributes of a layer are checked for: decided from the first rows of its sources, then done batch by batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _};
use chrono::NaiveDate;

use super::{
    audit::Audit,
    duplicates::Duplicates,
    land_codes::CodeColumn,
    typed_text::{self, Found, TypedColumn},
    units::UnitColumns,
    values::ValueCheck,
};
use crate::{Attribute, AttributeKind, FindingCode, admin::AdminRegister, report::Findings};

/// The checks of a layer. Whatever they find, no value that was delivered is lost: text is only ever healed to the same
/// codes in capitals, and what is derived of a column stands in one of its own.
#[derive(Debug, Default)]
pub(in crate::import) struct Survey {
    codes: Vec<CodeColumn>,
    typed: Vec<TypedColumn>,
    units: Vec<UnitColumns>,
    values: Vec<ValueCheck>,
    duplicates: Duplicates,
    /// The attributes made here, in the order of the columns that [`Survey::examine`] adds.
    derived: Vec<Attribute>,
}

/// The ending of a column of lists of codes.
const LIST: &str = "list";

/// The ending of a column of codes of units.
const CODE: &str = "code";

fn derived_name(source: &str, ending: &str) -> String {
    format!("{source}_{ending}")
}

/// Where findings go, and the name of the source they are of.
pub(super) struct Notes<'a> {
    pub(super) label: &'a str,
    pub(super) findings: &'a mut Findings,
}

impl Survey {
    /// Decides what to check: attributes, each with a column of some of its rows as they would be published.
    pub(in crate::import) fn of(
        attributes: &[Attribute],
        sample: &[ArrayRef],
        (date, units): (NaiveDate, Option<&Arc<AdminRegister>>),
        findings: &mut Findings,
    ) -> Self {
        let mut survey = Self::default();
        if let Some(register) = units {
            survey.units = UnitColumns::of(attributes, sample, (register, date));
        }
        // What was delivered under the name of a derived column counts: such files were exported from here.
        let is_there = |name: &str, ending: &str| {
            let name = derived_name(name, ending);
            attributes.iter().any(|own| own.name == name)
        };
        for units in &mut survey.units {
            units.makes_code &= units.derives().is_some_and(|name| !is_there(name, CODE));
        }
        for (at, (attribute, column)) in attributes.iter().zip(sample).enumerate() {
            let is_unit = survey.units.iter().any(|units| units.reads(at));
            if attribute.kind != AttributeKind::Text || is_unit {
                continue;
            }
            let values = column.as_string::<i32>().iter().flatten().map(str::trim);
            let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
            if CodeColumn::fits(&attribute.name, &values) {
                survey.codes.push(CodeColumn {
                    at,
                    name: attribute.name.clone(),
                    date,
                    makes_list: !is_there(&attribute.name, LIST),
                });
                continue;
            }
            if is_there(&attribute.name, "num") || is_there(&attribute.name, "date") {
                continue;
            }
            match typed_text::recognise(&attribute.name, &values) {
                Found::Nothing => {}
                Found::Ambiguous(value) => findings.note(FindingCode::TextAmbiguous, || {
                    format!("{} {value:?}", attribute.name)
                }),
                Found::Reading(reading) => survey.typed.push(TypedColumn {
                    at,
                    name: attribute.name.clone(),
                    reading,
                }),
            }
        }
        let codes: Vec<usize> = survey.codes.iter().map(|codes| codes.at).collect();
        survey.duplicates = Duplicates::of(attributes, sample, &codes);
        survey.derive(attributes, findings);
        survey
    }

    /// Names what will be derived.
    fn derive(&mut self, attributes: &[Attribute], findings: &mut Findings) {
        for typed in &self.typed {
            let name = derived_name(&typed.name, typed.reading.ending());
            findings.note(FindingCode::TextTyped, || {
                format!("{} → {name}{}", typed.name, typed.reading.unit())
            });
        }
        let lists = self.codes.iter().filter(|codes| codes.makes_list);
        let lists = lists.map(|codes| (&codes.name, LIST, AttributeKind::List));
        let typed = self.typed.iter();
        let typed = typed.map(|typed| (&typed.name, typed.reading.ending(), typed.reading.kind()));
        let units = self.units.iter().filter_map(UnitColumns::derives);
        let units = units.map(|name| (name, CODE, AttributeKind::Text));
        let all = lists.chain(typed).chain(units);
        self.derived = all
            .map(|(source, ending, kind)| Attribute {
                name: derived_name(source, ending),
                source_name: Some(source.clone()),
                kind,
            })
            .collect();
        let all = attributes.iter().chain(&self.derived).enumerate();
        self.values = all
            .filter_map(|(at, attribute)| ValueCheck::of(at, attribute))
            .collect();
    }

    /// The attributes it makes, after those of the sources.
    pub(in crate::import) fn derived(&self) -> &[Attribute] {
        &self.derived
    }

    /// Checks the attributes of a batch, heals codes, and adds the derived columns. A function of the batch alone.
    pub(in crate::import) fn examine(
        &self,
        columns: &mut Vec<ArrayRef>,
        geometry: Option<&ArrayRef>,
        (label, findings): (&str, &mut Findings),
    ) -> Audit {
        let mut notes = Notes { label, findings };
        let mut audit = Audit::default();
        let mut derived = Vec::with_capacity(self.derived.len());
        for codes in &self.codes {
            let checked = codes.check(columns[codes.at].as_string(), &mut notes);
            columns[codes.at] = checked.healed;
            audit.count(&codes.name, checked.mixed);
            derived.extend(codes.makes_list.then_some(checked.list));
        }
        for typed in &self.typed {
            derived.push(typed.read(columns[typed.at].as_string(), &mut notes));
        }
        for units in &self.units {
            derived.extend(units.check(columns, &mut notes));
        }
        audit.hashes = self.duplicates.hashes(columns, geometry);
        columns.extend(derived);
        for check in &self.values {
            check.look(&columns[check.at], &mut audit, &mut notes);
        }
        audit
    }

    /// Tells what only shows when all is read: duplicates and lists that no row needs. `place` names a row by its number in
    /// the order of reading. Gives the names of the derived attributes to leave out.
    pub(in crate::import) fn conclude(
        &self,
        audit: &Audit,
        place: &dyn Fn(usize) -> String,
        findings: &mut Findings,
    ) -> Vec<String> {
        for check in &self.values {
            check.conclude(audit, findings);
        }
        self.duplicates.conclude(&audit.hashes, place, findings);
        let lists = self.codes.iter().filter(|codes| codes.makes_list);
        let needless = lists.filter(|codes| audit.counted(&codes.name) == 0);
        needless
            .map(|codes| derived_name(&codes.name, LIST))
            .collect()
    }
}
