//! VNI for Windows: a plain letter followed by one byte for its marks.

use unicode_normalization::UnicodeNormalization as _;

/// The combining marks of a second byte; upper case letters take the upper case code.
fn marks(byte: u8) -> Option<&'static str> {
    Some(match byte {
        0xF9 | 0xD9 => "\u{301}",
        0xF8 | 0xD8 => "\u{300}",
        0xFB | 0xDB => "\u{309}",
        0xF5 | 0xD5 => "\u{303}",
        0xEF | 0xCF => "\u{323}",
        0xE2 | 0xC2 => "\u{302}",
        0xE1 | 0xC1 => "\u{302}\u{301}",
        0xE0 | 0xC0 => "\u{302}\u{300}",
        0xE5 | 0xC5 => "\u{302}\u{309}",
        0xE3 | 0xC3 => "\u{302}\u{303}",
        0xE4 | 0xC4 => "\u{302}\u{323}",
        0xEA | 0xCA => "\u{306}",
        0xE9 | 0xC9 => "\u{306}\u{301}",
        0xE8 | 0xC8 => "\u{306}\u{300}",
        0xFA | 0xDA => "\u{306}\u{309}",
        0xFC | 0xDC => "\u{306}\u{303}",
        0xEB | 0xCB => "\u{306}\u{323}",
        _ => return None,
    })
}

/// The letters that are one byte by themselves.
fn single(byte: u8) -> Option<char> {
    Some(match byte {
        0xF1 => 'đ',
        0xD1 => 'Đ',
        0xF4 => 'ơ',
        0xD4 => 'Ơ',
        0xF6 => 'ư',
        0xD6 => 'Ư',
        0xED => 'í',
        0xCD => 'Í',
        0xEC => 'ì',
        0xCC => 'Ì',
        0xE6 => 'ỉ',
        0xC6 => 'Ỉ',
        0xF3 => 'ĩ',
        0xD3 => 'Ĩ',
        0xF2 => 'ị',
        0xD2 => 'Ị',
        0xEE => 'ỵ',
        0xCE => 'Ỵ',
        _ => return None,
    })
}

pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut after_vowel = false;
    for &byte in bytes {
        if let Some(marks) = marks(byte).filter(|_| after_vowel) {
            text.push_str(marks);
            after_vowel = false;
        } else if let Some(letter) = single(byte) {
            text.push(letter);
            after_vowel = takes_marks(letter);
        } else {
            text.push(char::from(byte));
            after_vowel = takes_marks(char::from(byte));
        }
    }
    text.nfc().collect()
}

fn takes_marks(letter: char) -> bool {
    "aeiouyơưAEIOUYƠƯ".contains(letter)
}

/// The bytes of text in NFC, or none when a character has none.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            bytes.push(u8::try_from(letter).ok()?);
        } else if let Some(byte) = (0xC0..=0xFF).find(|byte| single(*byte) == Some(letter)) {
            bytes.push(byte);
        } else {
            bytes.extend(pair(letter)?);
        }
    }
    Some(bytes)
}

/// A letter as a vowel and the byte of its marks, of the same case.
fn pair(letter: char) -> Option<[u8; 2]> {
    let codes = if letter.is_lowercase() {
        0xE0..=0xFF
    } else {
        0xC0..=0xDF
    };
    let vowels = b"aeiouyAEIOUY\xF4\xF6\xD4\xD6".iter();
    vowels
        .flat_map(|vowel| codes.clone().map(|marks| [*vowel, marks]))
        .find(|pair| marks(pair[1]).is_some() && decode(pair).chars().eq([letter]))
}

/// Whether every byte beyond ASCII has the meaning VNI gives it where it stands.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    let mut after_vowel = false;
    bytes.iter().all(|&byte| {
        let takes_it = after_vowel && marks(byte).is_some();
        let letter = single(byte).unwrap_or(char::from(byte));
        after_vowel = !takes_it && takes_marks(letter);
        takes_it || letter.is_ascii() || single(byte).is_some()
    })
}
