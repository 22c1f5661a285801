//! What can be wrong with units, crosswalks and the tables that are restated.

use chrono::NaiveDate;
use thiserror::Error;

use super::{Level, Period};
use crate::{StoreError, report::Language};

/// Units, a crosswalk or a table that contradict themselves or each other. [`std::fmt::Display`] is English.
#[derive(Debug, Error)]
pub enum AdminError {
    /// One code twice on one day.
    #[error(
        "{level} {code} is there twice: {first} and {second} overlap; end the first before the second begins"
    )]
    Overlap {
        /// The level of both.
        level: Level,
        /// Their code.
        code: String,
        /// One period.
        first: Period,
        /// The other.
        second: Period,
    },
    /// A period without a day.
    #[error(
        "{level} {code}: the period {period} ends before it begins; valid_to must be later than valid_from"
    )]
    EmptyPeriod {
        /// The unit's level.
        level: Level,
        /// The unit.
        code: String,
        /// Its period.
        period: Period,
    },
    /// A parent that is not there.
    #[error(
        "{level} {code} lies in {parent}, but no unit above it has that code during {period}; add it or put the parent right"
    )]
    UnknownParent {
        /// The unit's level.
        level: Level,
        /// The unit.
        code: String,
        /// The parent it names.
        parent: String,
        /// When.
        period: Period,
    },
    /// Shares that lose or add something.
    #[error(
        "the {share} shares of unit {code} on {valid_from} sum to {sum}, not to 1; give what is missing or take out what is too much"
    )]
    Shares {
        /// `area` or `population`.
        share: &'static str,
        /// The old unit.
        code: String,
        /// The day of the change.
        valid_from: NaiveDate,
        /// What they sum to.
        sum: f64,
    },
    /// A share that is none.
    #[error(
        "the {share} share of {from} in {to} is {value}; a share is a number from 0 to 1, and all rows of a unit have one or none has"
    )]
    BadShare {
        /// `area` or `population`.
        share: &'static str,
        /// The old unit.
        from: String,
        /// The new unit.
        to: String,
        /// What was given.
        value: String,
    },
    /// One pair twice.
    #[error("the crosswalk of {valid_from} has {from} to {to} twice; keep one")]
    TwiceInCrosswalk {
        /// The day of the change.
        valid_from: NaiveDate,
        /// The old unit.
        from: String,
        /// The new unit.
        to: String,
    },
    /// Rows of several days in one change.
    #[error("one crosswalk has rows of {first} and of {other}; a crosswalk is of one day")]
    SeveralDays {
        /// A day.
        first: NaiveDate,
        /// Another.
        other: NaiveDate,
    },
    /// A unit whose fate is not told.
    #[error("the crosswalk of {valid_from} does not say what became of unit {code}; add its rows")]
    NotCovered {
        /// The day of the change.
        valid_from: NaiveDate,
        /// The unit.
        code: String,
    },
    /// A polygon that the new units do not cover.
    #[error(
        "the new units cover {covered:.4} of unit {code}; layouts of one area are needed, without gaps or overlaps"
    )]
    NotTiled {
        /// The old unit.
        code: String,
        /// The share that is covered.
        covered: f64,
    },
    /// A weight that is not known.
    #[error(
        "unit {code} has no {weight} share or figure; weigh by another, for example --weight area"
    )]
    NoWeight {
        /// The unit.
        code: String,
        /// `area` or `population`.
        weight: &'static str,
    },
    /// A value that cannot be divided.
    #[error(
        "{column:?} is a density, rate or mean and cannot be shared out: restate the counts it was made from (people and km², cases and people), then divide"
    )]
    Intensive {
        /// What it is called.
        column: String,
    },
    /// A value that is no number.
    #[error("unit {code} has the value {value}; a table to restate holds finite numbers")]
    NotFinite {
        /// The unit.
        code: String,
        /// The value.
        value: f64,
    },
    /// A word that is none of those known.
    #[error("{value:?} is no {what}; use one of {known}")]
    UnknownWord {
        /// What it should be.
        what: &'static str,
        /// What was given.
        value: String,
        /// What is known.
        known: &'static str,
    },
    /// A column that a layer of units must have.
    #[error("layer {layer} has no usable column {column:?}; it needs {needed}")]
    Column {
        /// The layer.
        layer: String,
        /// The column that is missing or of another type.
        column: String,
        /// All columns needed.
        needed: &'static str,
    },
    /// The twin has no units or cannot be read.
    #[error("the twin's administrative units cannot be read")]
    Store {
        /// Why.
        #[source]
        source: StoreError,
    },
}

impl AdminError {
    /// What was wrong and what would be right, in a language.
    pub fn explain(&self, language: Language) -> String {
        match language {
            Language::English => self.to_string(),
            Language::Vietnamese => self.vietnamese(),
        }
    }

    fn vietnamese(&self) -> String {
        match self {
            Self::Overlap {
                level,
                code,
                first,
                second,
            } => format!(
                "đơn vị {code} ({level}) bị trùng: {first} và {second} chồng nhau; hãy kết thúc kỳ trước rồi mới bắt đầu kỳ sau"
            ),
            Self::EmptyPeriod {
                level,
                code,
                period,
            } => format!(
                "đơn vị {code} ({level}): kỳ hiệu lực {period} kết thúc trước khi bắt đầu; valid_to phải sau valid_from"
            ),
            Self::UnknownParent {
                level,
                code,
                parent,
                period,
            } => format!(
                "đơn vị {code} ({level}) thuộc {parent}, nhưng không có đơn vị cấp trên nào mang mã đó trong {period}"
            ),
            Self::UnknownWord { what, value, known } => {
                format!("{value:?} không phải {what}; hãy dùng một trong: {known}")
            }
            Self::Column {
                layer,
                column,
                needed,
            } => {
                format!("lớp {layer} không có cột {column:?} dùng được; cần các cột {needed}")
            }
            Self::Store { .. } => "không đọc được các đơn vị hành chính của bản sao số".to_owned(),
            of_table => of_table.vietnamese_of_tables(),
        }
    }

    /// What is wrong with crosswalks and with tables to restate.
    fn vietnamese_of_tables(&self) -> String {
        match self {
            Self::Shares {
                share,
                code,
                valid_from,
                sum,
            } => format!(
                "tổng tỷ lệ ({share}) của đơn vị {code} ngày {valid_from} là {sum}, phải bằng 1"
            ),
            Self::BadShare {
                share,
                from,
                to,
                value,
            } => format!(
                "tỷ lệ ({share}) từ {from} sang {to} là {value}; tỷ lệ phải từ 0 đến 1, mọi dòng của một đơn vị cùng có hoặc cùng không"
            ),
            Self::TwiceInCrosswalk {
                valid_from,
                from,
                to,
            } => format!(
                "bảng chuyển đổi ngày {valid_from} có hai dòng từ {from} sang {to}; chỉ giữ một"
            ),
            Self::SeveralDays { first, other } => format!(
                "một bảng chuyển đổi có cả ngày {first} và {other}; mỗi bảng chỉ của một ngày"
            ),
            Self::NotCovered { valid_from, code } => format!(
                "bảng chuyển đổi ngày {valid_from} không nói đơn vị {code} thành đơn vị nào; hãy bổ sung"
            ),
            Self::NotTiled { code, covered } => format!(
                "các đơn vị mới phủ {covered:.4} đơn vị {code}; cần hai lớp phủ cùng một vùng, không hở, không chồng"
            ),
            Self::NoWeight { code, weight } => format!(
                "đơn vị {code} không có tỷ lệ hoặc số liệu {weight}; hãy dùng trọng số khác, ví dụ --weight area"
            ),
            Self::Intensive { column } => format!(
                "{column:?} là mật độ, tỷ lệ hoặc số bình quân nên không chia được: hãy chuyển các số đếm gốc (dân số và km², số ca và dân số) rồi chia"
            ),
            Self::NotFinite { code, value } => format!(
                "đơn vị {code} có giá trị {value}; bảng cần chuyển chỉ được chứa số hữu hạn"
            ),
            other => other.to_string(),
        }
    }
}
