//! Land-use codes: which of them agree.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{Array as _, StringArray};
use layers::land_use::split_codes;

/// For every code text of the parcels and of the plan, whether they agree.
#[derive(Debug)]
pub(super) struct Compatibility {
    parcels: Texts,
    plan: Texts,
    /// By parcel text, then plan text.
    agrees: Vec<Vec<bool>>,
}

/// The distinct texts of a column, and which of them each row has.
#[derive(Debug)]
struct Texts {
    distinct: Vec<String>,
    /// None where the row has no code.
    of_row: Vec<Option<u32>>,
}

impl Compatibility {
    /// Two texts agree when they share a code, or have one each from the same group.
    pub(super) fn new(parcels: &StringArray, plan: &StringArray, groups: &[Vec<String>]) -> Self {
        let groups: Vec<BTreeSet<String>> = groups
            .iter()
            .map(|group| group.iter().flat_map(|text| codes_in(text)).collect())
            .collect();
        let (parcels, plan) = (Texts::new(parcels), Texts::new(plan));
        let codes = |texts: &Texts| {
            texts
                .distinct
                .iter()
                .map(|text| codes_in(text))
                .collect::<Vec<_>>()
        };
        let plan_codes = codes(&plan);
        let agree = |ours: &BTreeSet<String>, theirs: &BTreeSet<String>| {
            let share =
                |group: &BTreeSet<String>| !group.is_disjoint(ours) && !group.is_disjoint(theirs);
            !ours.is_disjoint(theirs) || groups.iter().any(share)
        };
        let agrees = codes(&parcels)
            .iter()
            .map(|ours| {
                plan_codes
                    .iter()
                    .map(|theirs| agree(ours, theirs))
                    .collect()
            })
            .collect();
        Self {
            parcels,
            plan,
            agrees,
        }
    }

    /// Whether a parcel and a zone, by row, are in conflict. Where either has no code nothing can be said: no conflict.
    pub(super) fn conflict(&self, parcel: u32, zone: u32) -> bool {
        match (
            self.parcels.of_row[parcel as usize],
            self.plan.of_row[zone as usize],
        ) {
            (Some(ours), Some(theirs)) => !self.agrees[ours as usize][theirs as usize],
            _ => false,
        }
    }

    /// The code text of a parcel, by row.
    pub(super) fn parcel_code(&self, row: u32) -> Option<&str> {
        self.parcels.text(row)
    }

    /// The code text of a zone, by row.
    pub(super) fn plan_code(&self, row: u32) -> Option<&str> {
        self.plan.text(row)
    }

    /// How many parcels and how many zones have no code.
    pub(super) fn without_code(&self) -> (usize, usize) {
        let missing = |texts: &Texts| texts.of_row.iter().filter(|text| text.is_none()).count();
        (missing(&self.parcels), missing(&self.plan))
    }
}

impl Texts {
    fn new(column: &StringArray) -> Self {
        let mut distinct = Vec::new();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut of_row = Vec::with_capacity(column.len());
        for text in column {
            let coded = text.filter(|text| !codes_in(text).is_empty());
            of_row.push(coded.map(|text| {
                let next =
                    u32::try_from(distinct.len()).expect("a column has fewer than 2^32 texts");
                *numbers.entry(text).or_insert_with(|| {
                    distinct.push(text.to_owned());
                    next
                })
            }));
        }
        Self { distinct, of_row }
    }

    fn text(&self, row: u32) -> Option<&str> {
        self.of_row[row as usize].map(|number| self.distinct[number as usize].as_str())
    }
}

/// The codes a text lists: `ONT+CLN`, `ont, cln`.
fn codes_in(text: &str) -> BTreeSet<String> {
    split_codes(text).map(str::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parcel: Option<&str>, plan: Option<&str>, groups: &[&[&str]], conflict: bool) {
        let groups: Vec<Vec<String>> = groups
            .iter()
            .map(|group| group.iter().map(|code| (*code).to_owned()).collect())
            .collect();
        let compatibility = Compatibility::new(
            &StringArray::from(vec![parcel]),
            &StringArray::from(vec![plan]),
            &groups,
        );
        assert_eq!(
            compatibility.conflict(0, 0),
            conflict,
            "{parcel:?} against {plan:?}"
        );
    }

    #[test]
    fn a_shared_code_is_enough_to_agree() {
        check(Some("LUC"), Some("LUC"), &[], false);
        check(Some("ONT+CLN"), Some("ONT"), &[], false);
        check(Some("ont, cln"), Some("CLN"), &[], false);
        check(Some("LUC"), Some("SKK"), &[], true);
        check(Some("LUC"), Some("LUK"), &[], true);
    }

    #[test]
    fn codes_of_one_group_agree_and_groups_do_not_chain() {
        check(Some("ONT"), Some("ODT"), &[&["ONT", "ODT"]], false);
        check(Some("LUC"), Some("ODT"), &[&["ONT", "ODT"]], true);
        check(
            Some("LUC"),
            Some("LUN"),
            &[&["LUC", "LUK"], &["LUK", "LUN"]],
            true,
        );
    }

    #[test]
    fn without_a_code_nothing_can_be_said() {
        check(None, Some("LUC"), &[], false);
        check(Some("LUC"), Some(" + "), &[], false);
    }
}
