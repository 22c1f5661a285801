//! Names of things: layers, features, versions. Each is parsed once, where it enters, and valid from then on.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The name of a layer: 1 to 63 of `a-z`, `0-9`, `_`, starting with a letter.
///
/// The alphabet makes one name serve as a SQL table, a URL segment and a folder without quoting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LayerId(Arc<str>);

/// A text that cannot name a layer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "layer id {value:?} is not valid: use 1 to 63 of a-z, 0-9 and _, starting with a letter, for example \"land_parcels\""
)]
pub struct InvalidLayerId {
    /// What was given.
    pub value: String,
}

impl LayerId {
    /// The longest name allowed, in bytes.
    pub const MAX_LEN: usize = 63;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LayerId {
    type Err = InvalidLayerId;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let starts_well = value.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        let spelled_well = value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if starts_well && spelled_well && value.len() <= Self::MAX_LEN {
            Ok(Self(value.into()))
        } else {
            Err(InvalidLayerId {
                value: value.to_owned(),
            })
        }
    }
}

impl TryFrom<String> for LayerId {
    type Error = InvalidLayerId;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        value.parse()
    }
}

impl From<LayerId> for String {
    fn from(id: LayerId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The number of a feature within its layer: stable within one version, dense from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureId(pub u64);

/// The number of a published version of a layer, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_id_is_a_table_name_a_folder_and_a_url_segment() {
        for good in ["a", "land_parcels", "roads2", &"x".repeat(63)] {
            assert_eq!(good.parse::<LayerId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "2roads",
            "_x",
            "Land",
            "land-use",
            "đường",
            "a/b",
            "..",
            &"x".repeat(64),
        ] {
            assert!(bad.parse::<LayerId>().is_err(), "{bad:?} must be refused");
        }
    }
}
