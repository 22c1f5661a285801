//! That the periods of a rule follow each other: no overlap, no gap, one unit.

use super::{Rule, RuleFileError, read::Row};

/// The rules by id, case and first day.
pub(super) fn in_order(mut rows: Vec<Row>) -> Result<Vec<Rule>, RuleFileError> {
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.rule.effective.from, row.place.line);
        (&a.rule.id, &a.rule.applies_to)
            .cmp(&(&b.rule.id, &b.rule.applies_to))
            .then_with(|| key(a).cmp(&key(b)))
    });
    for pair in rows.windows(2) {
        if let [earlier, later] = pair
            && (&earlier.rule.id, &earlier.rule.applies_to)
                == (&later.rule.id, &later.rule.applies_to)
        {
            check(earlier, later)?;
        }
    }
    Ok(rows.into_iter().map(|row| row.rule).collect())
}

fn check(earlier: &Row, later: &Row) -> Result<(), RuleFileError> {
    let id = later.rule.id.to_string();
    let applies_to = later.rule.applies_to.clone();
    let (first, second) = (earlier.place.clone(), later.place.clone());
    let begins = later.rule.effective.from;
    if earlier.rule.unit != later.rule.unit {
        return Err(RuleFileError::UnitChanged {
            id,
            applies_to,
            units: [earlier.rule.unit, later.rule.unit],
            first,
            second,
        });
    }
    match earlier.rule.effective.to {
        Some(ends) if ends == begins => Ok(()),
        Some(ends) if ends < begins => Err(RuleFileError::Gap {
            id,
            applies_to,
            ends,
            begins,
            first,
            second,
        }),
        _ => Err(RuleFileError::Overlap {
            id,
            applies_to,
            first,
            second,
        }),
    }
}
