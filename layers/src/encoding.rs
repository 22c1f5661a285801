//! Text as bytes to text in Unicode NFC.
//!
//! Old Vietnamese files hold TCVN3 (the `.VnTime` fonts), VNI or VISCII without saying so. Bytes are decoded here, never by a driver:
//! the byte 0xAD is 'ư' in TCVN3, and a driver that takes it for Windows-1252 makes it a soft hyphen that is easily lost.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

mod detect;
mod single_byte;
mod syllable;
mod vni;

pub(crate) use detect::{declared_or_found, detect, looks_like_mojibake, western_bytes};

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
    /// VISCII 1.1, RFC 1456.
    #[serde(rename = "viscii")]
    Viscii,
    /// The set of the Vietnamese Professionals Society.
    #[serde(rename = "vps")]
    Vps,
    /// Windows Western European.
    #[serde(rename = "cp1252")]
    Cp1252,
}

/// A text that names no encoding.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "encoding {value:?} is not known: use one of utf-8, tcvn3, vni, cp1258, viscii, vps, cp1252"
)]
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
    pub const ALL: [Self; 7] = [
        Self::Utf8,
        Self::Tcvn3,
        Self::Vni,
        Self::Cp1258,
        Self::Viscii,
        Self::Vps,
        Self::Cp1252,
    ];

    /// Its name in commands and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Cp1258 => "cp1258",
            Self::Viscii => "viscii",
            Self::Vps => "vps",
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
        let letters_on_controls = matches!(self, Self::Tcvn3 | Self::Viscii | Self::Vps);
        let same_in_all = if letters_on_controls {
            plain(bytes)
        } else {
            bytes
                .is_ascii()
                .then(|| str::from_utf8(bytes).expect("ASCII is UTF-8"))
        };
        if let Some(text) = same_in_all {
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
            Self::Tcvn3 => (Cow::Owned(single_byte::TCVN3.decode(bytes)), false),
            Self::Viscii => (Cow::Owned(single_byte::VISCII.decode(bytes)), false),
            Self::Vps => (Cow::Owned(single_byte::VPS.decode(bytes)), false),
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

    /// The bytes of text, or none when a character is not in this encoding.
    ///
    /// TCVN3 capitals with tone marks take the codes of TCVN 5712 VN1, which decode back.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let text: String = text.nfc().collect();
        match self {
            Self::Utf8 => Some(text.into_bytes()),
            Self::Tcvn3 => single_byte::TCVN3.encode(&text),
            Self::Viscii => single_byte::VISCII.encode(&text),
            Self::Vps => single_byte::VPS.encode(&text),
            Self::Vni => vni::encode(&text),
            Self::Cp1258 => windows(encoding_rs::WINDOWS_1258, &with_tones_apart(&text)),
            Self::Cp1252 => windows(encoding_rs::WINDOWS_1252, &text),
        }
    }
}

/// Bytes that every encoding reads alike: ASCII without the control codes on which some put letters.
fn plain(bytes: &[u8]) -> Option<&str> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    bytes
        .iter()
        .all(is_plain)
        .then(|| str::from_utf8(bytes).expect("ASCII is UTF-8"))
}

fn windows(code_page: &'static encoding_rs::Encoding, text: &str) -> Option<Vec<u8>> {
    let (bytes, _, unmappable) = code_page.encode(text);
    (!unmappable).then(|| bytes.into_owned())
}

/// Text as Windows-1258 has it: some toned letters whole, the others as letter and mark.
fn with_tones_apart(text: &str) -> String {
    let is_tone = |mark: &char| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*mark);
    let apart = |letter: char| -> Vec<char> {
        if !encoding_rs::WINDOWS_1258.encode(&letter.to_string()).2 {
            return vec![letter];
        }
        let (tones, base): (Vec<char>, Vec<char>) = letter.nfd().partition(is_tone);
        base.into_iter().nfc().chain(tones).collect()
    };
    text.chars().flat_map(apart).collect()
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
            "viscii" | "viscii11" | "rfc1456" => Ok(Self::Viscii),
            "vps" | "xvietvps" => Ok(Self::Vps),
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
