//! The words a catalog entry is made of: sharing classes, update frequencies, freshness, sectors.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

/// A text that is none of the words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{value:?} is no {what}: use one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub value: String,
    /// What was wanted.
    pub what: &'static str,
    /// The words there are.
    pub known: Vec<&'static str>,
}

/// An enum whose variants have a word for commands and JSON and a name in two languages.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, $count:literal: $($variant:ident $word:literal $vi:literal $en:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $en] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; $count] = [$(Self::$variant,)+];

            /// Its word in commands, URLs and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Its name in Vietnamese.
            pub fn name_vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// Its name in English.
            pub fn name_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|known| known.as_str() == value);
                found.ok_or_else(|| UnknownWord {
                    value: value.to_owned(),
                    what: $what,
                    known: Self::ALL.map(Self::as_str).to_vec(),
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

words! {
    /// Who may have the data.
    Sharing, "sharing class", 3:
    Open "open" "Dữ liệu mở" "Open to everyone",
    Shared "shared" "Dữ liệu dùng chung" "Shared between agencies",
    Restricted "restricted" "Hạn chế tiếp cận" "Restricted to its owner",
}

words! {
    /// How often the data is to be renewed.
    UpdateFrequency, "update frequency", 8:
    Hourly "hourly" "Hằng giờ" "Every hour",
    Daily "daily" "Hằng ngày" "Every day",
    Weekly "weekly" "Hằng tuần" "Every week",
    Monthly "monthly" "Hằng tháng" "Every month",
    Quarterly "quarterly" "Hằng quý" "Every quarter",
    Yearly "yearly" "Hằng năm" "Every year",
    FiveYearly "five_yearly" "5 năm một lần" "Every five years",
    AsNeeded "as_needed" "Khi có thay đổi" "When something changes",
}

words! {
    /// Age against update frequency.
    Freshness, "freshness", 4:
    Fresh "fresh" "Còn mới" "Within its period",
    Due "due" "Đến hạn cập nhật" "An update is due",
    Overdue "overdue" "Quá hạn cập nhật" "An update is overdue",
    Unknown "unknown" "Không rõ" "No update is planned",
}

words! {
    /// The sectors of the province's programme for a smart province.
    Sector, "sector", 16:
    Health "health" "Y tế" "Health",
    Education "education" "Giáo dục" "Education",
    Tourism "tourism" "Du lịch" "Tourism",
    Transport "transport" "Giao thông" "Transport",
    Environment "environment" "Tài nguyên và môi trường" "Natural resources and environment",
    Construction "construction" "Quản lý xây dựng" "Construction",
    Agriculture "agriculture" "Nông nghiệp và phát triển nông thôn" "Agriculture and rural development",
    IndustryTrade "industry_trade" "Công thương" "Industry and trade",
    Science "science" "Khoa học và công nghệ" "Science and technology",
    Investment "investment" "Kế hoạch và đầu tư" "Planning and investment",
    Finance "finance" "Tài chính" "Finance",
    Justice "justice" "Tư pháp" "Justice",
    HomeAffairs "home_affairs" "Nội vụ" "Home affairs",
    Labour "labour" "Lao động, thương binh và xã hội" "Labour and social affairs",
    OperationsCentre "operations_centre" "Trung tâm điều hành thông minh (IOC)" "Intelligent operations centre (IOC)",
    CyberSecurity "cyber_security" "Trung tâm an ninh mạng (SOC)" "Cyber security centre (SOC)",
}
