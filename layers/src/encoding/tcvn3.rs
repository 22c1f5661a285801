//! TCVN 5712:1993, the encoding of the ABC fonts: one byte per Vietnamese letter.
//!
//! The table is VN1, the full set (reference: `iconv -f TCVN5712-1`); what the fonts use, VN3, is its part from 0xA1 on.

/// The characters of bytes 0x80 to 0xFF.
#[rustfmt::skip]
const UPPER_HALF: [char; 128] = [
    'À', 'Ả', 'Ã', 'Á', 'Ạ', 'Ặ', 'Ậ', 'È', 'Ẻ', 'Ẽ', 'É', 'Ẹ', 'Ệ', 'Ì', 'Ỉ', 'Ĩ',
    'Í', 'Ị', 'Ò', 'Ỏ', 'Õ', 'Ó', 'Ọ', 'Ộ', 'Ờ', 'Ở', 'Ỡ', 'Ớ', 'Ợ', 'Ù', 'Ủ', 'Ũ',
    '\u{a0}', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ',
    '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ',
    'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ',
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í', 'ị', 'ò',
    'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
    'Ỗ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố',
];

/// The letters VN1 puts on control codes.
const ON_CONTROLS: [(u8, char); 12] = [
    (0x01, 'Ú'),
    (0x02, 'Ụ'),
    (0x04, 'Ừ'),
    (0x05, 'Ử'),
    (0x06, 'Ữ'),
    (0x11, 'Ứ'),
    (0x12, 'Ự'),
    (0x13, 'Ỳ'),
    (0x14, 'Ỷ'),
    (0x15, 'Ỹ'),
    (0x16, 'Ý'),
    (0x17, 'Ỵ'),
];

pub(super) fn decode(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| character(byte)).collect()
}

pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    text.chars().map(byte).collect()
}

fn character(byte: u8) -> char {
    if byte >= 0x80 {
        return UPPER_HALF[usize::from(byte) - 0x80];
    }
    let on_control = ON_CONTROLS
        .iter()
        .find(|(code, _)| byte < 0x20 && *code == byte);
    on_control.map_or(char::from(byte), |(_, letter)| *letter)
}

fn byte(character: char) -> Option<u8> {
    if let Some((code, _)) = ON_CONTROLS.iter().find(|(_, letter)| *letter == character) {
        return Some(*code);
    }
    if character.is_ascii() {
        return u8::try_from(character).ok();
    }
    let at = UPPER_HALF.iter().position(|letter| *letter == character)?;
    u8::try_from(at + 0x80).ok()
}
