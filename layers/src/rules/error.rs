//! What can be wrong with a rule file, and with a question put to the rules.

use std::{fmt, io, path::PathBuf, sync::Arc};

use chrono::NaiveDate;
use thiserror::Error;

use super::{Effective, Unit};
use crate::Language;

/// A row of a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePlace {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// The period written there.
    pub effective: Effective,
}

impl fmt::Display for RulePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{} ({})",
            self.file, self.line, self.effective
        )
    }
}

/// Rule files that cannot be used.
#[derive(Debug, Error)]
pub enum RuleFileError {
    /// The folder or a file cannot be read.
    #[error("cannot read the rules at {path:?}; check the path and its permissions")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No CSV.
    #[error("{file}:{line}: the line is no row of a rule file ({detail})")]
    Damaged {
        /// Which file.
        file: Arc<str>,
        /// Which line.
        line: u64,
        /// What was found.
        detail: String,
    },
    /// Another heading.
    #[error("{file}: the columns are {found}; a rule file has {expected}")]
    Columns {
        /// Which file.
        file: Arc<str>,
        /// Its heading.
        found: String,
        /// The right one.
        expected: String,
    },
    /// A value that is not of its column.
    #[error("{file}:{line}: {column} cannot be {value:?}: write {expected}")]
    Field {
        /// Which file.
        file: Arc<str>,
        /// Which line.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What is there.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// Two values for one day.
    #[error(
        "rule {id} for {applies_to:?} has two values at once: {first} and {second}; end the first where the second begins"
    )]
    Overlap {
        /// The rule.
        id: String,
        /// The case.
        applies_to: String,
        /// The earlier row.
        first: RulePlace,
        /// The later row.
        second: RulePlace,
    },
    /// Days without a value.
    #[error(
        "rule {id} for {applies_to:?} has no value from {ends} to {begins}: {first} and {second}; add the missing period or move one of the dates"
    )]
    Gap {
        /// The rule.
        id: String,
        /// The case.
        applies_to: String,
        /// The first day without.
        ends: NaiveDate,
        /// The first day with a value again.
        begins: NaiveDate,
        /// The earlier row.
        first: RulePlace,
        /// The later row.
        second: RulePlace,
    },
    /// Values that cannot be compared.
    #[error(
        "rule {id} for {applies_to:?} is in {} at {first} and in {} at {second}; give the later one another id",
        units[0], units[1]
    )]
    UnitChanged {
        /// The rule.
        id: String,
        /// The case.
        applies_to: String,
        /// Earlier and later.
        units: [Unit; 2],
        /// The earlier row.
        first: RulePlace,
        /// The later row.
        second: RulePlace,
    },
}

impl RuleFileError {
    /// What was wrong and what would be right, in a language.
    pub fn explain(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::Unreadable { path, .. } => {
                let path = path.display();
                format!("không đọc được quy tắc ở \"{path}\"; hãy kiểm tra đường dẫn và quyền đọc")
            }
            Self::Damaged { file, line, detail } => {
                format!("{file}:{line}: dòng này không phải một hàng quy tắc ({detail})")
            }
            Self::Columns {
                file,
                found,
                expected,
            } => format!("{file}: các cột là {found}; tệp quy tắc phải có {expected}"),
            Self::Field {
                file,
                line,
                column,
                value,
                expected,
            } => format!("{file}:{line}: {column} không thể là {value:?}: hãy viết {expected}"),
            Self::Overlap {
                id,
                applies_to,
                first,
                second,
            } => format!(
                "quy tắc {id} cho {applies_to:?} có hai giá trị cùng lúc: {first} và {second}; hãy kết thúc hàng trước vào ngày hàng sau bắt đầu"
            ),
            Self::Gap {
                id,
                applies_to,
                ends,
                begins,
                first,
                second,
            } => format!(
                "quy tắc {id} cho {applies_to:?} không có giá trị từ {ends} đến {begins}: {first} và {second}; hãy thêm giai đoạn còn thiếu hoặc sửa ngày"
            ),
            Self::UnitChanged {
                id,
                applies_to,
                units: [before, after],
                first,
                second,
            } => format!(
                "quy tắc {id} cho {applies_to:?} có đơn vị {before} ở {first} nhưng {after} ở {second}; hãy đặt mã khác cho hàng sau"
            ),
        }
    }
}

/// A question the rules do not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    /// No such id.
    #[error("no rule is called {id:?}{}", did_you_mean(nearest.as_ref()))]
    UnknownId {
        /// What was asked for.
        id: String,
        /// The closest id there is.
        nearest: Option<String>,
    },
    /// The rule does not know the case.
    #[error("rule {id} says nothing of {applies_to:?}; it applies to: {}", known.join(", "))]
    UnknownCase {
        /// The rule.
        id: String,
        /// What was asked for.
        applies_to: String,
        /// The cases there are.
        known: Vec<String>,
    },
    /// The rule did not hold yet or holds no more.
    #[error("rule {id} for {applies_to:?} is not in force on {date}; it is: {}", periods.join(", "))]
    NotInForce {
        /// The rule.
        id: String,
        /// The case.
        applies_to: String,
        /// The day asked for.
        date: NaiveDate,
        /// When it is, and by which document.
        periods: Vec<String>,
    },
    /// A colour or words where a number was wanted.
    #[error("rule {id} for {applies_to:?} is no number")]
    NoNumber {
        /// The rule.
        id: String,
        /// The case.
        applies_to: String,
    },
    /// No such subject.
    #[error("there are no rules about {subject:?}; there are about: {}", known.join(", "))]
    UnknownSubject {
        /// What was asked for.
        subject: String,
        /// The subjects there are.
        known: Vec<String>,
    },
}

impl RuleError {
    /// What was wrong and what would be right, in a language.
    pub fn explain(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::UnknownId { id, nearest } => match nearest {
                Some(nearest) => format!("không có quy tắc {id:?}; có phải {nearest:?}?"),
                None => format!("không có quy tắc {id:?}"),
            },
            Self::UnknownCase {
                id,
                applies_to,
                known,
            } => format!(
                "quy tắc {id} không nói về {applies_to:?}; nó áp dụng cho: {}",
                known.join(", ")
            ),
            Self::NotInForce {
                id,
                applies_to,
                date,
                periods,
            } => format!(
                "quy tắc {id} cho {applies_to:?} không có hiệu lực ngày {date}; hiệu lực: {}",
                periods.join(", ")
            ),
            Self::NoNumber { id, applies_to } => {
                format!("quy tắc {id} cho {applies_to:?} không phải là số")
            }
            Self::UnknownSubject { subject, known } => format!(
                "không có quy tắc về {subject:?}; có các chủ đề: {}",
                known.join(", ")
            ),
        }
    }
}

/// A question after a message, where there is something to ask.
pub(crate) fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("; did you mean {nearest:?}?")
    })
}
