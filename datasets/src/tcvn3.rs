//! TCVN3 (ABC), the 8-bit encoding of the `.VnTime` fonts that older Vietnamese land records use.
//!
//! # References
//! TCVN 5712:1993, character set VN3.

/// Letters by byte from 0xA1; a space stands for a byte without a letter.
const FROM_A1: &str = "ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ";

/// The bytes of a text, or the first letter that TCVN3 cannot write.
///
/// Capitals with a tone mark have no byte of their own (fonts draw them from the small letters), so they fail.
pub(crate) fn encode(text: &str) -> Result<Vec<u8>, char> {
    text.chars()
        .map(|letter| {
            if letter.is_ascii() {
                return Ok(letter as u8);
            }
            FROM_A1
                .chars()
                .position(|known| known == letter)
                .map(|position| 0xa1 + position as u8)
                .ok_or(letter)
        })
        .collect()
}

/// The bytes of a text with the letters that have none replaced: capitals by small letters, others by a question mark.
pub(crate) fn encode_lowered(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|letter| {
            let mut one = [0; 4];
            let lowered: String = letter.to_lowercase().collect();
            encode(letter.encode_utf8(&mut one))
                .or_else(|_| encode(&lowered))
                .unwrap_or_else(|_| vec![b'?'])
        })
        .collect()
}
