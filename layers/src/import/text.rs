//! How a source's text is to be read: as the request says, as the source says, or as its bytes do.

use super::prepare::{self, TextMode};
use crate::{
    Encoding, FindingCode, encoding,
    report::Findings,
    source::{About, SourceBatch},
};

/// How a source's text becomes Unicode, from its first batch.
pub(super) fn mode(
    about: &About,
    first: Option<&SourceBatch>,
    given: Option<Encoding>,
    label: &str,
    findings: &mut Findings,
) -> TextMode {
    if let Some(given) = given {
        return match (about.raw_text, given) {
            (true, _) => TextMode::Bytes(given),
            (false, Encoding::Utf8) => TextMode::Unicode,
            (false, _) => TextMode::Mojibake(given),
        };
    }
    let names = about.fields.iter().map(|field| field.name.as_slice());
    let texts: Vec<&[u8]> = names
        .chain(first.into_iter().flat_map(prepare::text_bytes))
        .collect();
    if !about.raw_text {
        return driver_text(about, &texts, label, findings);
    }
    let found = encoding::detect(texts.iter().copied());
    if found == Some(Encoding::Utf8)
        && let Some(old) = mojibake(&texts, label, findings)
    {
        return TextMode::Mojibake(old);
    }
    match (about.declared_encoding, found) {
        (None, None) => TextMode::Undecided,
        (Some(declared), None) => TextMode::Bytes(declared),
        (None, Some(found)) => {
            if about.format.contains("Shapefile") || found != Encoding::Utf8 {
                findings.note(FindingCode::EncodingGuessed, || format!("{label}: {found}"));
            }
            TextMode::Bytes(found)
        }
        (Some(declared), Some(found)) => {
            let used = encoding::declared_or_found(declared, found, &texts);
            if used != declared {
                findings.note(FindingCode::EncodingWrong, || {
                    format!("{label}: {declared} → {used}")
                });
            }
            TextMode::Bytes(used)
        }
    }
}

/// How to take text that a driver gives as UTF-8: as it is, unless it is none or the file's code page was a lie.
fn driver_text(about: &About, texts: &[&[u8]], label: &str, findings: &mut Findings) -> TextMode {
    match encoding::detect(texts.iter().copied()) {
        Some(found) if found != Encoding::Utf8 => {
            findings.note(FindingCode::EncodingWrong, || {
                format!("{label}: utf-8 → {found}")
            });
            TextMode::Bytes(found)
        }
        _ if !about.code_pages => TextMode::Unicode,
        _ => mojibake(texts, label, findings).map_or(TextMode::Unicode, TextMode::Mojibake),
    }
}

/// The encoding of text that somebody took for Windows-1252 and saved as Unicode.
fn mojibake(texts: &[&[u8]], label: &str, findings: &mut Findings) -> Option<Encoding> {
    let unicode = texts.iter().filter_map(|text| str::from_utf8(text).ok());
    let found = encoding::looks_like_mojibake(unicode)?;
    findings.note(FindingCode::EncodingWrong, || {
        format!("{label}: cp1252 → {found}")
    });
    Some(found)
}
