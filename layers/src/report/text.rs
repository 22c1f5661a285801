//! A report as lines to read in a terminal.

use std::fmt::Write as _;

use super::{ImportReport, Language, Severity};
use crate::SourceInfo;

pub(super) fn write(report: &ImportReport, language: Language) -> String {
    let mut out = String::new();
    write_into(&mut out, report, language).expect("writing to a String does not fail");
    out
}

fn write_into(out: &mut String, report: &ImportReport, language: Language) -> std::fmt::Result {
    let say = |vi: &'static str, en: &'static str| match language {
        Language::Vietnamese => vi,
        Language::English => en,
    };
    match report.version {
        Some(version) => writeln!(
            out,
            "{} {} · {}",
            say("Đã công bố lớp", "Published layer"),
            report.layer,
            version
        )?,
        None => writeln!(
            out,
            "{} {} · {}",
            say("Đã xem xét lớp", "Examined layer"),
            report.layer,
            say("chưa công bố gì", "nothing was published")
        )?,
    }
    for source in &report.sources {
        write_source(out, source)?;
    }
    let counts = [
        (say("đã đọc", "read"), report.features_read),
        (say("công bố", "published"), report.features_published),
        (say("đã sửa", "repaired"), report.features_repaired),
        (say("để riêng", "set aside"), report.features_set_aside),
    ];
    let counts: Vec<_> = counts
        .iter()
        .map(|(what, count)| format!("{} {what}", grouped(*count, language)))
        .collect();
    writeln!(out, "  {}", counts.join(" · "))?;
    if let Some(areas) = report.areas {
        writeln!(
            out,
            "  {} {} m² → {} m²",
            say(
                "diện tích trước và sau khi sửa:",
                "area before and after repair:"
            ),
            grouped(whole(areas.before_m2), language),
            grouped(whole(areas.after_m2), language)
        )?;
    }
    for finding in &report.findings {
        let mark = match finding.severity {
            Severity::Error => say("LỖI", "ERROR"),
            Severity::Warning => say("LƯU Ý", "WARNING"),
            Severity::Info => say("TIN", "INFO"),
        };
        let text = match language {
            Language::Vietnamese => &finding.vi,
            Language::English => &finding.en,
        };
        writeln!(
            out,
            "  [{mark}] {} × {text}",
            grouped(finding.count, language)
        )?;
        for example in &finding.examples {
            writeln!(out, "      {example}")?;
        }
    }
    Ok(())
}

fn write_source(out: &mut String, source: &SourceInfo) -> std::fmt::Result {
    write!(out, "  {} · {}", source.path.display(), source.format)?;
    for part in [&source.crs, &source.transformation, &source.encoding] {
        if !part.is_empty() {
            write!(out, " · {part}")?;
        }
    }
    if !source.crs_from.is_empty() {
        write!(out, " ({})", source.crs_from)?;
    }
    writeln!(out)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an area on Earth fits"
)]
fn whole(area_m2: f64) -> u64 {
    area_m2.round() as u64
}

/// A count with its thousands apart, as each language writes them.
fn grouped(count: u64, language: Language) -> String {
    let digits = count.to_string();
    let separator = if language == Language::Vietnamese {
        '.'
    } else {
        ','
    };
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_as_each_language_writes_them() {
        assert_eq!(grouped(1234567, Language::Vietnamese), "1.234.567");
        assert_eq!(grouped(999, Language::English), "999");
        assert_eq!(grouped(1000, Language::English), "1,000");
    }
}
