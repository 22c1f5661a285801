//! Keys that occur twice, and features that are there twice: over a whole layer, with 8 bytes of memory a row and check.
//!
//! Rows are compared by 64-bit hashes: of two million different rows, two have the same hash once in nine million layers.

use std::hash::{BuildHasher as _, Hasher as _};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, ListArray},
    datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType},
};
use foldhash::quality::FixedState;

use super::units::names_unit;
use crate::{
    Attribute, AttributeKind, Finding, FindingCode, report::Findings, written::names_things,
};

/// Keys checked at most: what one more costs is memory.
const MOST_KEYS: usize = 2;

/// Names of a map sheet, of a parcel in it, and of the commune that both are in.
const SHEET: [&str; 4] = ["so_to", "soto", "so_hieu_to", "so_to_bd"];
const PARCEL: [&str; 4] = ["so_thua", "sothua", "so_hieu_th", "so_hieu_thua"];
const COMMUNE: [&str; 5] = ["ma_xa", "maxa", "ma_phuong", "commune_code", "ma_dvhc"];

/// Names of numbers that programs give to features.
const NUMBERS: [&str; 5] = ["objectid", "gid", "source_fid", "ogc_fid", "uuid"];

/// Endings of names of other things than the feature itself.
const OTHERS: [&str; 3] = ["ref", "phone", "sdt"];

/// The hash of a row that has no key.
const NO_KEY: u64 = 0;

/// Parts that hashes are sorted in, so that only one part is copied at a time.
const PARTS: u64 = 16;

/// Which columns together should be different in every row.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    keys: Vec<Key>,
    /// Attributes that the sources have.
    columns: usize,
}

#[derive(Debug)]
struct Key {
    columns: Vec<usize>,
    name: String,
}

impl Duplicates {
    /// Keys are told by their names and by being, but for one in ten, different in the sample's rows; columns of land-use
    /// codes are none.
    pub(super) fn of(attributes: &[Attribute], sample: &[ArrayRef], codes: &[usize]) -> Self {
        let named = |names: &[&str]| {
            attributes
                .iter()
                .position(|own| names.contains(&own.name.as_str()))
        };
        let parcel = [named(&COMMUNE), named(&SHEET), named(&PARCEL)];
        let mut wanted = Vec::new();
        if let [commune, Some(sheet), Some(parcel)] = parcel {
            wanted.push(commune.into_iter().chain([sheet, parcel]).collect());
        }
        let single = attributes.iter().enumerate().filter(|(at, own)| {
            matches!(own.kind, AttributeKind::Whole | AttributeKind::Text)
                && (names_things(&own.name) || NUMBERS.contains(&own.name.as_str()))
                && !OTHERS.iter().any(|end| own.name.ends_with(end))
                && !codes.contains(at)
        });
        wanted.extend(single.map(|(at, _)| vec![at]));
        let is_key = |columns: &Vec<usize>| {
            let mut hashes = hash_rows(columns.iter().map(|at| &sample[*at]), Nulls::MakeNoKey);
            hashes.retain(|hash| *hash != NO_KEY);
            let filled = hashes.len();
            hashes.sort_unstable();
            hashes.dedup();
            // Nearly every commune has one health station, which does not make its code the station's.
            let is_unit = matches!(columns.as_slice(), [at] if names_unit(&attributes[*at].name));
            let most = if is_unit { 20 } else { 10 };
            filled > 2 && hashes.len() * most >= filled * (most - 1)
        };
        let keys = wanted
            .into_iter()
            .filter(is_key)
            .take(MOST_KEYS)
            .map(|columns| Key {
                name: columns
                    .iter()
                    .map(|at| attributes[*at].name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                columns,
            });
        Self {
            keys: keys.collect(),
            columns: attributes.len(),
        }
    }

    /// A hash of every row as a whole, then of its keys.
    pub(super) fn hashes(
        &self,
        columns: &[ArrayRef],
        geometry: Option<&ArrayRef>,
    ) -> Vec<Vec<u64>> {
        let whole = hash_rows(columns[..self.columns].iter().chain(geometry), Nulls::Count);
        let keys = self.keys.iter();
        let keys =
            keys.map(|key| hash_rows(key.columns.iter().map(|at| &columns[*at]), Nulls::MakeNoKey));
        std::iter::once(whole).chain(keys).collect()
    }

    pub(super) fn conclude(
        &self,
        hashes: &[Vec<u64>],
        place: &dyn Fn(usize) -> String,
        findings: &mut Findings,
    ) {
        for (at, hashes) in hashes.iter().enumerate() {
            let found = repeated(hashes);
            let (code, name) = match at.checked_sub(1) {
                None => (FindingCode::FeatureDuplicate, String::new()),
                Some(key) => (
                    FindingCode::KeyDuplicate,
                    format!("{}: ", self.keys[key].name),
                ),
            };
            let pairs = found.pairs.iter().enumerate();
            // All are counted with the first example, so that each pair can be one.
            for (number, (first, second)) in pairs {
                let count = if number == 0 {
                    found.count + 1 - found.pairs.len() as u64
                } else {
                    1
                };
                findings.note_many(code, count, || {
                    format!("{name}{} = {}", place(*first), place(*second))
                });
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Nulls {
    /// A null is a value like others.
    Count,
    /// A row with a null has no key.
    MakeNoKey,
}

fn hash_rows<'a>(columns: impl Iterator<Item = &'a ArrayRef>, nulls: Nulls) -> Vec<u64> {
    let mut hashes = Vec::new();
    let mut keyless = Vec::new();
    for column in columns {
        hashes.resize(column.len(), 1);
        add_column(&mut hashes, column);
        if nulls == Nulls::MakeNoKey && column.null_count() > 0 {
            keyless.extend((0..column.len()).filter(|row| column.is_null(*row)));
        }
    }
    for row in keyless {
        hashes[row] = NO_KEY;
    }
    hashes
}

/// Takes the values of a column into the hashes of its rows.
fn add_column(hashes: &mut [u64], column: &ArrayRef) {
    match column.data_type() {
        DataType::Utf8 => {
            add(hashes, column.as_string::<i32>().iter(), |text, hasher| {
                hasher.write(text.as_bytes());
            });
        }
        DataType::Binary => {
            add(hashes, column.as_binary::<i32>().iter(), |bytes, hasher| {
                hasher.write(bytes);
            });
        }
        DataType::Int64 => {
            add(
                hashes,
                column.as_primitive::<Int64Type>().iter(),
                |value, hasher| hasher.write_i64(value),
            );
        }
        DataType::Float64 => {
            add(
                hashes,
                column.as_primitive::<Float64Type>().iter(),
                |value, hasher| hasher.write_u64(value.to_bits()),
            );
        }
        DataType::Boolean => {
            add(hashes, column.as_boolean().iter(), |value, hasher| {
                hasher.write_u8(value.into());
            });
        }
        DataType::Date32 => {
            add(
                hashes,
                column.as_primitive::<Date32Type>().iter(),
                |value, hasher| hasher.write_i32(value),
            );
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let moments = column.as_primitive::<TimestampMicrosecondType>();
            add(hashes, moments.iter(), |value, hasher| {
                hasher.write_i64(value);
            });
        }
        DataType::List(_) => add_lists(hashes, column.as_list()),
        other => debug_assert!(false, "no attribute is of type {other}"),
    }
}

fn add_lists(hashes: &mut [u64], lists: &ListArray) {
    add(hashes, lists.iter(), |list, hasher| {
        for text in list.as_string::<i32>() {
            hasher.write(text.unwrap_or_default().as_bytes());
        }
    });
}

fn add<T>(
    hashes: &mut [u64],
    values: impl Iterator<Item = Option<T>>,
    write: impl Fn(T, &mut foldhash::quality::FoldHasher<'_>),
) {
    let state = FixedState::with_seed(0);
    for (hash, value) in hashes.iter_mut().zip(values) {
        let mut hasher = state.build_hasher();
        hasher.write_u64(*hash);
        match value {
            Some(value) => write(value, &mut hasher),
            None => hasher.write_u8(0),
        }
        *hash = hasher.finish().max(NO_KEY + 1);
    }
}

/// Rows whose hash an earlier row has.
#[derive(Debug, Default, PartialEq)]
struct Repeated {
    count: u64,
    /// Some of them: the first row of a hash, and the second.
    pairs: Vec<(usize, usize)>,
}

/// # Complexity
/// O(n log n); memory of a sixteenth of the hashes.
fn repeated(hashes: &[u64]) -> Repeated {
    let mut found = Repeated::default();
    let mut examples: Vec<u64> = Vec::new();
    let mut part = Vec::with_capacity(hashes.len() / 12);
    for number in 0..PARTS {
        part.clear();
        let own = hashes
            .iter()
            .filter(|hash| **hash % PARTS == number && **hash != NO_KEY);
        part.extend(own);
        part.sort_unstable();
        for pair in part.windows(2).filter(|pair| pair[0] == pair[1]) {
            found.count += 1;
            if examples.len() < Finding::MAX_EXAMPLES && examples.last() != Some(&pair[0]) {
                examples.push(pair[0]);
            }
        }
    }
    for example in examples {
        let mut rows = hashes
            .iter()
            .enumerate()
            .filter(|(_, hash)| **hash == example);
        if let (Some((first, _)), Some((second, _))) = (rows.next(), rows.next()) {
            found.pairs.push((first, second));
        }
    }
    found.pairs.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_rows_are_counted_and_their_first_two_told() {
        let mut hashes: Vec<u64> = (1..=1000)
            .map(|n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect();
        assert_eq!(repeated(&hashes), Repeated::default());
        hashes[700] = hashes[3];
        hashes[701] = hashes[3];
        hashes[900] = hashes[500];
        hashes[10] = NO_KEY;
        hashes[11] = NO_KEY;
        assert_eq!(
            repeated(&hashes),
            Repeated {
                count: 3,
                pairs: vec![(3, 700), (500, 900)]
            }
        );
    }
}
