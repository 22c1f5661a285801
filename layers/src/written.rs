//! Numbers and dates as people write them: each by its convention, and what a column's name says of its digits.

mod date;
mod number;

pub(crate) use self::{
    date::{DateOrder, WrittenDate},
    number::{NumberStyle, is_padded, split_unit},
};

/// Names and endings of columns that name things: never added up, may begin with 0.
const CODE_NAMES: [&str; 8] = ["code", "ma", "ref", "id", "phone", "sdt", "cccd", "cmnd"];

/// Whether a column is a code by its name, so that digits stay text.
pub(crate) fn names_things(name: &str) -> bool {
    name.starts_with("ma_")
        || name.starts_with("dien_thoai")
        || name
            .split('_')
            .next_back()
            .is_some_and(|last| CODE_NAMES.contains(&last))
}
