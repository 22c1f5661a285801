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
            after_vowel = matches!(letter, 'ơ' | 'Ơ' | 'ư' | 'Ư');
        } else {
            text.push(char::from(byte));
            after_vowel = b"aeiouyAEIOUY".contains(&byte);
        }
    }
    text.nfc().collect()
}
