//! How large the province is made.

use std::{fmt, str::FromStr};

/// Size of the generated province.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// About 25,000 parcels and 8,000 buildings: the heart of each commune.
    #[default]
    Small,
    /// About 2,000,000 parcels and 600,000 buildings.
    Full,
}

/// A text that names no scale.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scale \"{text}\": use \"small\" or \"full\"")]
pub struct UnknownScale {
    /// The text.
    pub text: String,
}

impl FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "small" => Ok(Self::Small),
            "full" => Ok(Self::Full),
            _ => Err(UnknownScale {
                text: text.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Small => "small",
            Self::Full => "full",
        })
    }
}
