//! The 64 commune-level units from 2025-07-01, when districts ended and the province became part of Hải Phòng.

mod table;

use table::UNITS;

use crate::communes::{CommuneKind, communes};

/// One commune-level unit from 2025-07-01, with its official figures and what it was made of.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// Official code; always that of one of the old communes too, so a code alone does not say which is meant.
    pub code: u32,
    /// Name without its kind.
    pub name: &'static str,
    /// Ward or rural commune.
    pub kind: CommuneKind,
    /// Official area in hectares; all sum to 166,828.
    pub area_ha: u32,
    /// Registered population; all sum to 2,225,640.
    pub register_population: u32,
    /// Codes of the old communes that went in whole.
    pub whole: &'static [u32],
    /// Codes of the old communes of which a part went in.
    pub parts: &'static [u32],
}

/// All 64 units, by code: 43 xã, 21 phường.
pub const fn units() -> &'static [Unit; 64] {
    &UNITS
}

/// For each of the [`communes`], the rows of [`units`] it went to: one, or several where it was split.
pub(crate) fn successors() -> Vec<Vec<usize>> {
    communes()
        .iter()
        .map(|commune| {
            let takes = |unit: &Unit| {
                unit.whole
                    .iter()
                    .chain(unit.parts)
                    .any(|&c| c == commune.code)
            };
            (0..UNITS.len()).filter(|&row| takes(&UNITS[row])).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_64_units_are_those_of_the_law() {
        let wards = UNITS.iter().filter(|unit| unit.kind == CommuneKind::Ward);
        assert_eq!((UNITS.len(), wards.count()), (64, 21));
        assert_eq!(UNITS.iter().map(|unit| unit.area_ha).sum::<u32>(), 166_828);
        let people: u32 = UNITS.iter().map(|unit| unit.register_population).sum();
        assert_eq!(people, 2_225_640);
        assert!(UNITS.is_sorted_by_key(|unit| unit.code));
    }

    #[test]
    fn of_the_207_communes_173_went_whole_and_34_were_split() {
        let successors = successors();
        assert!(successors.iter().all(|to| !to.is_empty()));
        assert_eq!(successors.iter().filter(|to| to.len() > 1).count(), 34);
        assert_eq!(successors.iter().map(Vec::len).sum::<usize>(), 243);
        for (commune, to) in communes().iter().zip(&successors) {
            let whole = UNITS.iter().any(|unit| unit.whole.contains(&commune.code));
            assert_eq!(whole, to.len() == 1, "{commune:?}");
        }
    }

    #[test]
    fn thirteen_units_straddle_the_borders_of_old_districts() {
        let districts_of = |unit: &Unit| -> BTreeSet<u16> {
            let codes = unit.whole.iter().chain(unit.parts);
            codes
                .filter_map(|code| communes().iter().find(|commune| commune.code == *code))
                .map(|commune| commune.district)
                .collect()
        };
        let straddling = UNITS.iter().filter(|unit| districts_of(unit).len() > 1);
        assert_eq!(straddling.count(), 13);
    }
}
