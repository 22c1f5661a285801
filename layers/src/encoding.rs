//! Text as bytes to text in Unicode NFC.
//!
//! Old Vietnamese files hold TCVN3 (the `.VnTime` fonts) without saying so. Bytes are decoded here, never by a driver:
//! the byte 0xAD is 'ư' in TCVN3, and a driver that takes it for Windows-1252 makes it a soft hyphen that is easily lost.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

mod detect;
mod tcvn3;
mod vni;

pub(crate) use detect::{detect, looks_like_mojibake, reads_better, western_bytes};

/// A way to write text as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// Unicode.
    #[serde(rename = "utf-8")]
    Utf8,
    /// TCVN 5712:1993, the ABC fonts (`.VnTime`).
    #[serde(rename = "tcvn3")]
    Tcvn3,
    /// VNI for Windows: a letter and a mark in two bytes.
    #[serde(rename = "vni")]
    Vni,
    /// Windows Vietnamese, with combining marks.
    #[serde(rename = "cp1258")]
    Cp1258,
    /// Windows Western European.
    #[serde(rename = "cp1252")]
    Cp1252,
}

/// A text that names no encoding.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("encoding {value:?} is not known: use one of utf-8, tcvn3, vni, cp1258, cp1252")]
pub struct UnknownEncoding {
    /// What was given.
    pub value: String,
}

/// Decoded text and what happened on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Bytes that are no character were replaced.
    pub(crate) replaced: bool,
    /// Decomposed letters were composed.
    pub(crate) composed: bool,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Utf8,
        Self::Tcvn3,
        Self::Vni,
        Self::Cp1258,
        Self::Cp1252,
    ];

    /// Its name in commands and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Cp1258 => "cp1258",
            Self::Cp1252 => "cp1252",
        }
    }

    /// The text of bytes, in NFC. Bytes that are no character become U+FFFD.
    ///
    /// ```
    /// use layers::Encoding;
    /// assert_eq!(Encoding::Tcvn3.decode(b"H\xb6i D\xad\xacng"), "Hải Dương");
    /// ```
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        self.decode_noting(bytes).text
    }

    /// As [`Self::decode`], with what happened.
    pub(crate) fn decode_noting(self, bytes: &[u8]) -> Decoded<'_> {
        if bytes.is_ascii() && self != Self::Tcvn3 {
            let text = str::from_utf8(bytes).expect("ASCII is UTF-8");
            return Decoded {
                text: Cow::Borrowed(text),
                replaced: false,
                composed: false,
            };
        }
        let (text, replaced) = match self {
            Self::Utf8 => match str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), false),
                Err(_) => (String::from_utf8_lossy(bytes), true),
            },
            Self::Tcvn3 => (Cow::Owned(tcvn3::decode(bytes)), false),
            Self::Vni => (Cow::Owned(vni::decode(bytes)), false),
            Self::Cp1258 => encoding_rs::WINDOWS_1258.decode_without_bom_handling(bytes),
            Self::Cp1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes),
        };
        if is_nfc(&text) {
            Decoded {
                text,
                replaced,
                composed: false,
            }
        } else {
            Decoded {
                text: Cow::Owned(text.nfc().collect()),
                replaced,
                composed: self == Self::Utf8,
            }
        }
    }

    /// Text as TCVN3 bytes, or none when a character is not in it.
    ///
    /// Capital letters with tone marks take the codes of TCVN 5712 VN1, which decode back.
    pub fn encode_tcvn3(text: &str) -> Option<Vec<u8>> {
        tcvn3::encode(text)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// Reads our own names and those found in `.cpg` files, without regard to case.
    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let name: String = value
            .trim()
            .to_ascii_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        match name.as_str() {
            "utf8" | "65001" => Ok(Self::Utf8),
            "tcvn3" | "tcvn" | "abc" | "tcvn57121" | "vntime" => Ok(Self::Tcvn3),
            "vni" | "vniwindows" | "vniwin" => Ok(Self::Vni),
            "1258" | "cp1258" | "windows1258" | "ansi1258" => Ok(Self::Cp1258),
            "1252" | "cp1252" | "windows1252" | "ansi1252" | "iso88591" | "88591" | "latin1" => {
                Ok(Self::Cp1252)
            }
            _ => Err(UnknownEncoding {
                value: value.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
