//! A difference in words, for a terminal.

use std::fmt::Write as _;

use super::{MatchedBy, VersionDiff};
use crate::report::Language;

/// Attributes and classes listed at most.
const MAX_LISTED: usize = 30;

impl VersionDiff {
    /// The difference in words, in a language.
    pub fn to_text(&self, language: Language) -> String {
        let mut out = String::new();
        self.tell(language, &mut out)
            .expect("writing to a String does not fail");
        out
    }

    fn tell(&self, language: Language, out: &mut String) -> std::fmt::Result {
        let say = |vi: &'static str, en: &'static str| match language {
            Language::Vietnamese => vi,
            Language::English => en,
        };
        writeln!(out, "{}: {} → {}", self.layer, self.from, self.to)?;
        let matched = match &self.matched_by {
            MatchedBy::Key(key) => format!("{} {key}", say("ghép theo khóa", "matched by key")),
            MatchedBy::Content => say(
                "ghép theo hình học và thuộc tính (nêu --key để ghép theo khóa)",
                "matched by geometry and attributes (name a key with --key)",
            )
            .to_owned(),
        };
        writeln!(out, "{matched}")?;
        let counts = [
            (say("không đổi", "unchanged"), self.unchanged),
            (say("thêm", "added"), self.added),
            (say("bớt", "removed"), self.removed),
            (say("sửa", "changed"), self.changed),
            (say("  sửa hình học", "  geometry"), self.geometry_changed),
            (
                say("  sửa thuộc tính", "  attributes"),
                self.attributes_changed,
            ),
        ];
        for (what, count) in counts {
            writeln!(out, "  {what:18} {count:>12}")?;
        }
        let (shared, keyless) = (self.shared_keys, self.without_key);
        if shared != (0, 0) {
            let what = say("khóa trùng", "rows that share a key");
            writeln!(out, "  {what}: {} → {}", shared.0, shared.1)?;
        }
        if keyless != (0, 0) {
            let what = say("không có khóa", "rows without a key");
            writeln!(out, "  {what}: {} → {}", keyless.0, keyless.1)?;
        }
        for (what, names) in [
            (
                say("thuộc tính mới", "new attributes"),
                &self.new_attributes,
            ),
            (
                say("thuộc tính mất", "lost attributes"),
                &self.lost_attributes,
            ),
        ] {
            if !names.is_empty() {
                writeln!(out, "{what}: {}", names.join(", "))?;
            }
        }
        self.tell_attributes(say("thuộc tính sửa", "attributes changed"), out)?;
        self.tell_classes(say("diện tích (ha)", "area (ha)"), out)
    }

    fn tell_attributes(&self, heading: &str, out: &mut String) -> std::fmt::Result {
        if !self.attributes.is_empty() {
            writeln!(out, "{heading}:")?;
        }
        for change in self.attributes.iter().take(MAX_LISTED) {
            writeln!(out, "  {:18} {:>12}", change.name, change.features)?;
            for example in &change.examples {
                let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "∅".to_owned());
                let (before, after) = (show(&example.before), show(&example.after));
                writeln!(out, "    {}: {before} → {after}", example.feature)?;
            }
        }
        Ok(())
    }

    fn tell_classes(&self, heading: &str, out: &mut String) -> std::fmt::Result {
        if !self.classes.is_empty() {
            writeln!(out, "{heading}:")?;
        }
        for class in self.classes.iter().take(MAX_LISTED) {
            let name = class.class.as_deref().unwrap_or("∅");
            let (before, after) = (class.before_m2 / 1e4, class.after_m2 / 1e4);
            writeln!(
                out,
                "  {name:18} {before:>14.4} → {after:>14.4}  ({:+.4})",
                after - before
            )?;
        }
        if self.classes.len() > MAX_LISTED {
            writeln!(out, "  … {}", self.classes.len() - MAX_LISTED)?;
        }
        Ok(())
    }
}
