//! `lucdau rules`: the legal figures in force on a day, with their sources.

use std::path::PathBuf;

use chrono::{Local, NaiveDate};
use clap::Args;
use layers::{Rule, RuleBook, rules::RuleValue};
use serde_json::json;

use crate::cli::{
    failure::{self, Failure},
    output,
};

/// What `rules` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Chủ đề, ví dụ air, planning · subject, for example air
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
    /// Ngày hiệu lực, mặc định hôm nay · the day they are in force, today where none is given
    #[arg(long, value_name = "YYYY-MM-DD")]
    at: Option<NaiveDate>,
    /// Thư mục quy tắc riêng của tỉnh (.csv) · folder with a province's own rules
    #[arg(long, value_name = "DIR", env = "LUCDAU_RULES")]
    rules: Option<PathBuf>,
    /// Dạng JSON · as JSON
    #[arg(long)]
    json: bool,
}

/// Lists the rules in force.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let own;
    let book = match &arguments.rules {
        Some(dir) => {
            own = RuleBook::with_folder(dir).map_err(failure::of_rule_file)?;
            &own
        }
        None => RuleBook::embedded(),
    };
    let date = arguments.at.unwrap_or_else(|| Local::now().date_naive());
    let rules = book
        .in_force(arguments.subject.as_deref(), date)
        .map_err(|error| failure::of_rule(&error))?;
    if arguments.json {
        return output::print_line(&format!("{:#}", json!(rules)));
    }
    for rule in &rules {
        output::print_line(&line(rule))?;
    }
    let unverified = rules.iter().filter(|rule| !rule.verified).count();
    output::print_line(&format!(
        "({} quy tắc có hiệu lực ngày {date}, {unverified} chưa đối chiếu văn bản · rules in force, {unverified} not verified)",
        rules.len()
    ))
}

fn line(rule: &Rule) -> String {
    let value = match &rule.value {
        RuleValue::Number(number) => number.to_string(),
        RuleValue::Numbers(numbers) => words(numbers),
        RuleValue::Color(color) => words(color),
        RuleValue::Text(text) => text.clone(),
    };
    let case = match rule.applies_to.as_str() {
        "" => String::new(),
        case => format!(" [{case}]"),
    };
    let mark = if rule.verified { "✓" } else { "?" };
    let source = [rule.document.as_str(), &rule.article].join(" ");
    let note = match rule.note.as_str() {
        "" => String::new(),
        note => format!(" ({note})"),
    };
    format!(
        "{mark} {}{case} = {value} {} · {} · {} · {}{note}",
        rule.id,
        rule.unit,
        rule.name_vi,
        source.trim_end(),
        rule.effective
    )
}

fn words<T: ToString>(values: &[T]) -> String {
    values
        .iter()
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}
