//! Versions, moments and ages as a person writes them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use layers::Version;

/// Vietnam's time, in seconds east of UTC.
const VIETNAM_OFFSET_S: i32 = 7 * 3600;

/// `2` or `v2`.
pub(crate) fn version(text: &str) -> Result<Version, String> {
    let number = text
        .strip_prefix('v')
        .unwrap_or(text)
        .parse()
        .ok()
        .filter(|&number| number > 0);
    number.map(Version).ok_or_else(|| {
        "số phiên bản từ 1 · a version number from 1, for example 2 or v2".to_owned()
    })
}

/// `2025-07-01T08:00:00+07:00`, or `2025-07-01`: the end of that day in Vietnam.
pub(crate) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let end_of_day = || {
        let day = text.parse::<NaiveDate>().ok()?;
        let next = day.succ_opt()?.and_time(NaiveTime::MIN);
        let vietnam = FixedOffset::east_opt(VIETNAM_OFFSET_S)?;
        let start_of_next = next.and_local_timezone(vietnam).single()?;
        Some(start_of_next.to_utc() - TimeDelta::microseconds(1))
    };
    end_of_day().ok_or_else(|| {
        "ngày hoặc thời điểm, ví dụ 2025-07-01 (hết ngày đó, giờ Việt Nam) · a date (the end of that day in Vietnam) or a \
         moment, for example 2025-07-01 or 2025-07-01T08:00:00+07:00"
            .to_owned()
    })
}

/// `30d`, `12h`, `8w`.
pub(crate) fn age(text: &str) -> Result<TimeDelta, String> {
    let parse = || {
        let unit = text.chars().last()?;
        let number = text.strip_suffix(unit)?.parse::<u32>().ok()?.into();
        match unit {
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            'w' => TimeDelta::try_weeks(number),
            _ => None,
        }
    };
    parse().ok_or_else(|| {
        "số giờ, ngày hoặc tuần · a number of hours, days or weeks, for example 12h, 30d or 8w"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_the_end_of_that_day_in_vietnam() {
        let end = moment("2025-07-01").unwrap();
        assert_eq!(end.to_rfc3339(), "2025-07-01T16:59:59.999999+00:00");
        let eight = moment("2025-07-01T08:00:00+07:00").unwrap();
        assert_eq!(eight.to_rfc3339(), "2025-07-01T01:00:00+00:00");
        assert!(moment("01/07/2025").unwrap_err().contains("2025-07-01"));
    }

    #[test]
    fn ages_have_a_number_and_a_unit() {
        assert_eq!(age("30d"), Ok(TimeDelta::days(30)));
        assert_eq!(age("8w"), Ok(TimeDelta::days(56)));
        for bad in ["", "30", "d", "-3d", "3 d", "3ngày"] {
            assert!(age(bad).is_err(), "{bad:?} must be refused");
        }
    }
}
