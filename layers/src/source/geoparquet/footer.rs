//! A look at the footer of a Parquet file before it is parsed: the parser reserves room for as many elements as a list
//! claims to have, and a damaged one may claim billions.
//!
//! The footer is in Thrift's compact protocol (reference: Apache Thrift, "Thrift Compact protocol encoding"). Every element
//! takes at least a byte, so a list longer than what is left of the footer cannot be one.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

/// Structures and lists within each other; Parquet's own go to about ten.
const MAX_DEPTH: usize = 32;

/// The length of the footer and `PAR1` at the end of a file.
const TAIL_BYTES: usize = 8;

/// Whether every list and text of the footer fits into it; files too short to have one are left to the parser.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn is_sound(file: &mut File) -> io::Result<bool> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut tail = [0; TAIL_BYTES];
    let Some(end) = size.checked_sub(TAIL_BYTES as u64) else {
        return Ok(true);
    };
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut tail)?;
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let mut footer = Vec::new();
    if let Some(start) = end.checked_sub(length) {
        file.seek(SeekFrom::Start(start))?;
        file.take(length).read_to_end(&mut footer)?;
    }
    file.rewind()?;
    Ok(footer.is_empty() || skip_struct(&mut footer.as_slice(), MAX_DEPTH).is_some())
}

fn skip_struct(bytes: &mut &[u8], depth: usize) -> Option<()> {
    loop {
        let header = byte(bytes)?;
        if header == 0 {
            return Some(());
        }
        if header >> 4 == 0 {
            varint(bytes)?;
        }
        // Whether a field is true or false is in its header.
        if !matches!(header & 0x0F, 1 | 2) {
            skip(bytes, header & 0x0F, depth)?;
        }
    }
}

fn skip(bytes: &mut &[u8], kind: u8, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    match kind {
        1..=3 => byte(bytes).map(drop),
        4..=6 => varint(bytes).map(drop),
        7 => advance(bytes, 8),
        8 => {
            let length = varint(bytes)?;
            advance(bytes, length)
        }
        9 | 10 => {
            let header = byte(bytes)?;
            let count = match header >> 4 {
                15 => varint(bytes)?,
                count => count.into(),
            };
            if count > bytes.len() as u64 {
                return None;
            }
            (0..count).try_for_each(|_| skip(bytes, header & 0x0F, depth))
        }
        12 => skip_struct(bytes, depth),
        // Parquet has no maps.
        _ => None,
    }
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let next = byte(bytes)?;
        value |= u64::from(next & 0x7F) << shift;
        if next & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn advance(bytes: &mut &[u8], count: u64) -> Option<()> {
    *bytes = bytes.get(usize::try_from(count).ok()?..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[track_caller]
    fn check(footer: &[u8], expected: bool) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"PAR1").unwrap();
        file.write_all(footer).unwrap();
        let length = u32::try_from(footer.len()).unwrap();
        file.write_all(&length.to_le_bytes()).unwrap();
        file.write_all(b"PAR1").unwrap();
        assert_eq!(is_sound(&mut file).unwrap(), expected, "{footer:?}");
    }

    #[test]
    fn lists_and_texts_that_claim_more_than_there_is_are_noticed() {
        check(&[0x15, 2, 0x19, 0x2C, 0x15, 4, 0, 0x15, 6, 0, 0], true);
        check(&[0x18, 3, b'a', b'b', b'c', 0x11, 0], true);
        check(&[0x18, 9, b'a', b'b', b'c', 0], false);
        check(&[0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], false);
        check(&[0x1C; 200], false);
        check(&[0x15], false);
    }
}
