//! Encodings of one byte per letter: TCVN3, VISCII and VPS.
//!
//! All three have too few codes above 0x7F for the 134 letters and put some capitals on control codes.

/// What the bytes of an encoding stand for, where it is not ASCII.
pub(super) struct Table {
    /// Letters on control codes.
    controls: &'static [(u8, char)],
    /// The characters of bytes 0x80 to 0xFF.
    upper_half: [char; 128],
}

impl Table {
    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        bytes.iter().map(|&byte| self.character(byte)).collect()
    }

    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        text.chars().map(|letter| self.byte(letter)).collect()
    }

    fn character(&self, byte: u8) -> char {
        match byte {
            0x80.. => self.upper_half[usize::from(byte) - 0x80],
            0x20.. => char::from(byte),
            _ => {
                let letter = self.controls.iter().find(|(code, _)| *code == byte);
                letter.map_or(char::from(byte), |(_, letter)| *letter)
            }
        }
    }

    fn byte(&self, letter: char) -> Option<u8> {
        if let Some((code, _)) = self.controls.iter().find(|(_, known)| *known == letter) {
            return Some(*code);
        }
        if letter.is_ascii() {
            return u8::try_from(letter).ok();
        }
        let at = self.upper_half.iter().position(|known| *known == letter)?;
        u8::try_from(at + 0x80).ok()
    }
}

/// TCVN 5712:1993 VN1, the full set (reference: `iconv -f TCVN5712-1`); what the ABC fonts use, VN3, is its part from
/// 0xA1 on.
#[rustfmt::skip]
pub(super) static TCVN3: Table = Table {
    controls: &[(0x01, 'Ú'), (0x02, 'Ụ'), (0x04, 'Ừ'), (0x05, 'Ử'), (0x06, 'Ữ'), (0x11, 'Ứ'), (0x12, 'Ự'), (0x13, 'Ỳ'), (0x14, 'Ỷ'), (0x15, 'Ỹ'), (0x16, 'Ý'), (0x17, 'Ỵ')],
    upper_half: [
        'À', 'Ả', 'Ã', 'Á', 'Ạ', 'Ặ', 'Ậ', 'È', 'Ẻ', 'Ẽ', 'É', 'Ẹ', 'Ệ', 'Ì', 'Ỉ', 'Ĩ',
        'Í', 'Ị', 'Ò', 'Ỏ', 'Õ', 'Ó', 'Ọ', 'Ộ', 'Ờ', 'Ở', 'Ỡ', 'Ớ', 'Ợ', 'Ù', 'Ủ', 'Ũ',
        '\u{a0}', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ',
        '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ',
        'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ',
        'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í', 'ị', 'ò',
        'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
        'Ỗ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố',
    ],
};

/// RFC 1456 (reference: `iconv -f VISCII`).
#[rustfmt::skip]
pub(super) static VISCII: Table = Table {
    controls: &[(0x02, 'Ẳ'), (0x05, 'Ẵ'), (0x06, 'Ẫ'), (0x14, 'Ỷ'), (0x19, 'Ỹ'), (0x1E, 'Ỵ')],
    upper_half: [
        'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố',
        'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ', 'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ',
        'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ố',
        'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư',
        'À', 'Á', 'Â', 'Ã', 'Ả', 'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ',
        'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ', 'ỵ', 'Ý', 'ỡ', 'ư',
        'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ',
        'đ', 'ự', 'ò', 'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
    ],
};

/// The set of the Vietnamese Professionals Society, known to browsers as `x-viet-vps`.
#[rustfmt::skip]
pub(super) static VPS: Table = Table {
    controls: &[(0x02, 'Ạ'), (0x03, 'Ậ'), (0x04, 'Ặ'), (0x05, 'Ẹ'), (0x06, 'Ệ'), (0x10, 'Ị'), (0x11, 'Ọ'), (0x12, 'Ộ'), (0x13, 'Ợ'), (0x14, 'Ụ'), (0x15, 'Ự'), (0x19, 'Ỵ'), (0x1C, 'Ẫ'), (0x1D, 'Ữ')],
    upper_half: [
        'À', 'Ả', 'Ã', 'Ấ', 'Ầ', 'Ẩ', 'ọ', 'ỗ', 'Ă', 'ế', 'ề', 'ể', 'ệ', 'Ắ', 'Ằ', 'Ẳ',
        'Ế', '‘', '’', 'Ề', 'Ể', 'Ễ', 'Ố', 'Ồ', 'Ổ', 'Ỗ', 'ý', 'ỷ', 'ỵ', 'Ớ', 'Ờ', 'Ở',
        '\u{a0}', 'ắ', 'ằ', 'ẳ', 'ẵ', 'ặ', 'Ỡ', 'ớ', 'Ù', 'ờ', 'ở', 'ỡ', 'Ũ', 'Ứ', 'ợ', 'Ừ',
        'ổ', 'Ử', 'Ỳ', 'Ỹ', 'Í', 'Ì', 'ộ', 'Ỉ', 'Ĩ', 'Ó', 'ử', 'ữ', 'Ò', 'Ỏ', 'Õ', 'ự',
        'ầ', 'Á', 'Â', 'ấ', 'ẩ', 'ẫ', 'ậ', 'đ', 'ẻ', 'É', 'Ê', 'ẹ', 'ỉ', 'ễ', 'ị', 'ỹ',
        'Ư', 'Ủ', 'ồ', 'ố', 'Ô', 'ỏ', 'ơ', 'È', 'ừ', 'ứ', 'Ú', 'ũ', 'ư', 'Ý', 'Ẻ', 'ß',
        'à', 'á', 'â', 'ã', 'ả', 'ạ', 'ă', 'ç', 'è', 'é', 'ê', 'ẽ', 'ì', 'í', 'î', 'ĩ',
        'Ẵ', 'Đ', 'ò', 'ó', 'ô', 'õ', 'ö', 'Ơ', 'ụ', 'ù', 'ú', 'ủ', 'ü', 'Ỷ', 'Ẽ', 'ỳ',
    ],
};
