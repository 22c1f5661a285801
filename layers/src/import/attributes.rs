//! Attributes: their names, their types, one schema for several sources, and what is wrong with their values.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use unicode_normalization::UnicodeNormalization as _;

use crate::{Attribute, AttributeKind, FindingCode, Layer, report::Findings};

mod audit;
mod distinct;
mod duplicates;
mod land_codes;
mod names;
mod survey;
mod typed_text;
mod units;
mod values;

pub(super) use self::{
    audit::Audit,
    names::{note_truncated, rename},
    survey::Survey,
    units::UnitColumns,
};

/// One source's attributes, named and typed, in the order of its columns.
#[derive(Clone, Debug)]
pub(super) struct SourceAttribute {
    pub(super) name: String,
    pub(super) source_name: String,
    pub(super) kind: AttributeKind,
}

/// Names as SQL wants them: NFC, lower case, unique, apart from the columns every layer has.
pub(super) fn name_all(names: &[String], findings: &mut Findings) -> Vec<String> {
    let mut taken: BTreeSet<String> = [Layer::FID, Layer::H3, Layer::GEOM]
        .map(str::to_owned)
        .into();
    let mut out = Vec::with_capacity(names.len());
    for (at, source) in names.iter().enumerate() {
        let plain = plain(source);
        let base = match plain.as_str() {
            "" => format!("column_{}", at + 1),
            Layer::FID | Layer::H3 | Layer::GEOM => format!("source_{plain}"),
            _ => plain,
        };
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        if name != *source {
            findings.note(FindingCode::AttributeRenamed, || {
                format!("{source} → {name}")
            });
        }
        out.push(name);
    }
    out
}

fn plain(name: &str) -> String {
    name.trim().nfc().collect::<String>().to_lowercase()
}

/// What a column of this type is kept as.
pub(super) fn kind_of(data_type: &DataType, text: bool) -> AttributeKind {
    match data_type {
        DataType::Boolean => AttributeKind::Truth,
        other if other.is_integer() => AttributeKind::Whole,
        other if other.is_floating() => AttributeKind::Real,
        DataType::Decimal128(..)
        | DataType::Decimal256(..)
        | DataType::Decimal64(..)
        | DataType::Decimal32(..) => AttributeKind::Real,
        DataType::Date32 | DataType::Date64 => AttributeKind::Date,
        DataType::Timestamp(..) => AttributeKind::Moment,
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
            if !text =>
        {
            AttributeKind::Bytes
        }
        DataType::Dictionary(_, value) => kind_of(value, text),
        DataType::List(item) | DataType::LargeList(item) if item.data_type().is_string() => {
            AttributeKind::List
        }
        _ => AttributeKind::Text,
    }
}

/// One schema for all sources: attributes by name, in order of first appearance, of a type that holds them all.
pub(super) fn merge(sources: &[&[SourceAttribute]], findings: &mut Findings) -> Vec<Attribute> {
    let mut merged: Vec<Attribute> = Vec::new();
    for attribute in sources.iter().copied().flatten() {
        let Some(known) = merged.iter_mut().find(|known| known.name == attribute.name) else {
            let source_name =
                (attribute.source_name != attribute.name).then(|| attribute.source_name.clone());
            merged.push(Attribute {
                name: attribute.name.clone(),
                source_name,
                kind: attribute.kind,
            });
            continue;
        };
        let kind = widened(known.kind, attribute.kind);
        if kind != known.kind || kind != attribute.kind {
            findings.note(FindingCode::AttributeWidened, || {
                format!("{} → {kind:?}", known.name)
            });
        }
        known.kind = kind;
    }
    merged
}

fn widened(a: AttributeKind, b: AttributeKind) -> AttributeKind {
    use AttributeKind::{Date, Moment, Real, Text, Whole};
    match (a, b) {
        (a, b) if a == b => a,
        (Whole, Real) | (Real, Whole) => Real,
        (Date, Moment) | (Moment, Date) => Moment,
        _ => Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_lower_case_composed_and_unique() {
        let decomposed: String = "Địa_danh".nfd().collect();
        let names = [
            "FID",
            "Name",
            "NAME",
            "",
            "geom",
            "h3",
            "so_to",
            &decomposed,
        ]
        .map(str::to_owned);
        let mut findings = Findings::default();
        let named = name_all(&names, &mut findings);
        assert_eq!(
            named,
            [
                "source_fid",
                "name",
                "name_2",
                "column_4",
                "source_geom",
                "source_h3",
                "so_to",
                "địa_danh"
            ]
        );
        assert_eq!(findings.into_sorted()[0].count, 7);
    }

    #[test]
    fn a_merged_type_holds_the_values_of_all_sources() {
        use AttributeKind::{Date, Moment, Real, Text, Whole};
        let attribute = |name: &str, kind| SourceAttribute {
            name: name.into(),
            source_name: name.into(),
            kind,
        };
        let a = [
            attribute("n", Whole),
            attribute("d", Date),
            attribute("t", Text),
        ];
        let b = [
            attribute("t", Whole),
            attribute("n", Real),
            attribute("d", Moment),
            attribute("only", Whole),
        ];
        let merged = merge(&[&a, &b], &mut Findings::default());
        let kinds: Vec<_> = merged
            .iter()
            .map(|attribute| (attribute.name.as_str(), attribute.kind))
            .collect();
        assert_eq!(
            kinds,
            [("n", Real), ("d", Moment), ("t", Text), ("only", Whole)]
        );
    }
}
