//! Names of attributes that a Shapefile cut off, and the better ones that a person gives.

use super::SourceAttribute;
use crate::{FindingCode, ImportError, Layer, report::Findings, spelling::nearest_spelling};

/// What a `.dbf` has room for.
const DBF_NAME_BYTES: usize = 10;

/// Tells of names in a Shapefile that are as long as they can be, or numbered apart because they were longer.
pub(in crate::import) fn note_truncated(
    attributes: &[SourceAttribute],
    label: &str,
    findings: &mut Findings,
) {
    let is_numbered = |name: &str| {
        let numbered = name
            .rsplit_once('_')
            .filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
        numbered.is_some_and(|(base, end)| {
            !end.is_empty() && attributes.iter().any(|other| other.source_name == base)
        })
    };
    for attribute in attributes {
        let name = &attribute.source_name;
        if name.len() == DBF_NAME_BYTES || is_numbered(name) {
            findings.note(FindingCode::NameTruncated, || format!("{label}: {name}"));
        }
    }
}

/// Renames attributes of all sources, by their names as delivered or as they would be published.
///
/// # Errors
/// When no source has such an attribute, or the new name is taken or may not be.
pub(in crate::import) fn rename(
    sources: &mut [&mut Vec<SourceAttribute>],
    renames: &[(String, String)],
) -> Result<(), ImportError> {
    for (old, new) in renames {
        let new = super::plain(new);
        if new.is_empty() || [Layer::FID, Layer::H3, Layer::GEOM].contains(&new.as_str()) {
            return Err(ImportError::RenameRefused {
                name: new,
                why: "every layer has such a column of its own, or it is empty",
                why_vi: "tên trống hoặc là cột riêng của mọi lớp",
            });
        }
        let is_old =
            |own: &SourceAttribute| own.source_name == *old || own.name == super::plain(old);
        let mut found = false;
        for attributes in &mut *sources {
            let Some(at) = attributes.iter().position(is_old) else {
                continue;
            };
            found = true;
            if attributes
                .iter()
                .enumerate()
                .any(|(other, own)| other != at && own.name == new)
            {
                return Err(ImportError::RenameRefused {
                    name: new,
                    why: "another column has this name",
                    why_vi: "cột khác đã có tên này",
                });
            }
            attributes[at].name.clone_from(&new);
        }
        if !found {
            let mut known: Vec<String> = sources
                .iter()
                .flat_map(|own| own.iter().map(|own| own.name.clone()))
                .collect();
            known.sort_unstable();
            known.dedup();
            return Err(ImportError::UnknownColumn {
                nearest: nearest_spelling(old, known.iter().map(String::as_str)),
                name: old.clone(),
                known,
            });
        }
    }
    Ok(())
}
