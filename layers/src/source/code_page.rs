//! Old text: what a file says of the code page of its bytes, and whether its driver can be made to hand them over
//! undecoded. Bytes are better than what a driver makes of them: files in TCVN3 or VNI seldom say so.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

use arrow::array::BinaryArray;

use crate::Encoding;

/// How a driver gives text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// As the bytes of the file, with what it says they are.
    Bytes(Option<Encoding>),
    /// As Unicode, and the format knows no other.
    Unicode,
    /// As Unicode, which the driver made of the code page that the file names.
    Decoded,
}

/// Formats with code pages, which their drivers decode as the file says; all others are UTF-8 and were never anything
/// else.
const CODE_PAGE_DRIVERS: [&str; 7] = ["MapInfo File", "DXF", "DGN", "CAD", "XLS", "ODBC", "PGeo"];

/// Whether the files of a driver have code pages, so that a program may have written them in the wrong one.
pub(crate) fn is_used_by(driver: &str) -> bool {
    CODE_PAGE_DRIVERS.contains(&driver)
}

/// How the driver gives the text of a file.
pub(crate) fn text_of(driver: &str, path: &Path) -> Text {
    match driver {
        "ESRI Shapefile" => Text::Bytes(cpg(path)),
        "MapInfo File" => mapinfo(path),
        // The driver says what is wrong with a file that cannot be read.
        "DXF" => dxf(path).unwrap_or(Text::Decoded),
        driver if is_used_by(driver) => Text::Decoded,
        _ => Text::Unicode,
    }
}

/// The encoding a Shapefile's `.cpg` names.
fn cpg(path: &Path) -> Option<Encoding> {
    let named = ["cpg", "CPG"]
        .into_iter()
        .find_map(|extension| std::fs::read_to_string(path.with_extension(extension)).ok())?;
    named.trim().parse().ok()
}

/// The charset in the head of a `.tab` or `.mif`. GDAL decodes the ones it knows, which Vietnamese and UTF-8 are not.
fn mapinfo(path: &Path) -> Text {
    const HEAD_BYTES: u64 = 4096;
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        // A head that cannot be read has no charset; the driver says what is wrong with the file.
        file.take(HEAD_BYTES).read_to_end(&mut head).ok();
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let named = head.rsplit_once("charset").map(|(_, after)| after);
    let named = named.and_then(|after| {
        after
            .split(|letter: char| letter.is_whitespace() || letter == '"')
            .find(|word| !word.is_empty())
    });
    match named {
        None | Some("neutral") => Text::Bytes(None),
        Some("windowsvietnamese") => Text::Bytes(Some(Encoding::Cp1258)),
        Some("utf-8") => Text::Bytes(Some(Encoding::Utf8)),
        Some(_) => Text::Decoded,
    }
}

/// How the text of a DXF file can be had: as bytes, when GDAL is told that it is UTF-8, which it passes on unchanged.
/// A file with `\U+1EA3` escapes is left to GDAL, which makes UTF-8 of some of them; [`unescaped`] does the others.
fn dxf(path: &Path) -> std::io::Result<Text> {
    let mut declared = None;
    let mut variable = Vec::new();
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let word = line.trim_ascii();
        if word.windows(3).any(|three| three == b"\\U+") {
            return Ok(Text::Decoded);
        }
        match variable.as_slice() {
            b"$ACADVER" if word.starts_with(b"AC10") && word >= b"AC1021".as_slice() => {
                declared = Some(Encoding::Utf8);
            }
            b"$DWGCODEPAGE" if declared.is_none() => match word.to_ascii_lowercase().as_slice() {
                b"ansi_1258" => declared = Some(Encoding::Cp1258),
                b"ansi_1252" => declared = Some(Encoding::Cp1252),
                b"3" | b"1" => {}
                _ => return Ok(Text::Decoded),
            },
            _ => {}
        }
        if word.starts_with(b"$") {
            variable = word.to_vec();
        } else if !matches!(word, b"1" | b"3") {
            variable.clear();
        }
        line.clear();
    }
    Ok(Text::Bytes(declared))
}

/// Text with the characters that drawings write as `\U+1EA3` where their code page lacks them.
pub(crate) fn unescaped(column: &BinaryArray) -> BinaryArray {
    const MARK: &str = "\\U+";
    let unescape = |text: &[u8]| -> Option<Vec<u8>> {
        let text = str::from_utf8(text).ok()?;
        let mut parts = text.split(MARK);
        let mut out = parts.next()?.to_owned();
        for part in parts {
            let code = part
                .get(..4)
                .and_then(|code| u32::from_str_radix(code, 16).ok());
            if let Some(letter) = code.and_then(char::from_u32) {
                out.push(letter);
                out.push_str(&part[4..]);
            } else {
                out.push_str(MARK);
                out.push_str(part);
            }
        }
        Some(out.into_bytes())
    };
    column
        .iter()
        .map(|text| text.map(|text| unescape(text).unwrap_or_else(|| text.to_vec())))
        .collect()
}
