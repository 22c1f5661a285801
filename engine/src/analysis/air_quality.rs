//! `VN_AQI`: concentrations of air pollutants to one index with its level, by the breakpoints in the rules; hourly `NowCast`.
//!
//! The method is that of Decision 1459/QĐ-TCMT; the numbers are rules (`air.aqi.…`), so that a later decision is a row of a
//! file. Rounding: concentrations and `NowCast` are taken as they are, each sub-index is rounded to a whole number, halves
//! up, and the index is the largest of them.

use std::fmt;

use chrono::NaiveDate;
use layers::{Rule, RuleBook, RuleError, rules::RuleValue};
use serde::Serialize;

/// Hours a `NowCast` looks back.
pub const NOWCAST_HOURS: usize = 12;

/// The least weight of the hour before, however much the concentration changes.
const NOWCAST_LEAST_WEIGHT: f64 = 0.5;

/// What is measured, and over which time where the decision distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Pollutant {
    /// Ozone, mean of an hour.
    #[serde(rename = "O3 1h")]
    Ozone1h,
    /// Ozone, mean of eight hours; says nothing above index 300.
    #[serde(rename = "O3 8h")]
    Ozone8h,
    /// Carbon monoxide.
    #[serde(rename = "CO")]
    CarbonMonoxide,
    /// Sulphur dioxide.
    #[serde(rename = "SO2")]
    SulphurDioxide,
    /// Nitrogen dioxide.
    #[serde(rename = "NO2")]
    NitrogenDioxide,
    /// Particles below 10 µm.
    #[serde(rename = "PM10")]
    Pm10,
    /// Particles below 2.5 µm.
    #[serde(rename = "PM2.5")]
    Pm25,
}

/// The breakpoints and levels in force on a date.
#[derive(Clone, Debug, PartialEq)]
pub struct AirQualityScale {
    steps: Vec<f64>,
    /// By pollutant, in the order of [`Pollutant::ALL`].
    breakpoints: Vec<Vec<f64>>,
    /// From good to bad.
    levels: Vec<AirQualityLevel>,
    /// Whether every number used was read in the decision itself; where not, an answer has to say so.
    pub verified: bool,
}

/// A level of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AirQualityLevel {
    /// The largest index that belongs to it.
    pub index_max: u32,
    /// What it is called in Vietnamese.
    pub name_vi: String,
    /// What it is called in English.
    pub name_en: String,
    /// Red, green, blue.
    pub color: [u8; 3],
}

/// The index of a place and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AirQuality {
    /// 0 (clean) to 500.
    pub index: u32,
    /// The pollutant that decides.
    pub pollutant: Pollutant,
    /// Its level.
    pub level: AirQualityLevel,
}

impl Pollutant {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Ozone1h,
        Self::Ozone8h,
        Self::CarbonMonoxide,
        Self::SulphurDioxide,
        Self::NitrogenDioxide,
        Self::Pm10,
        Self::Pm25,
    ];

    /// Its name in rules and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ozone1h => "O3 1h",
            Self::Ozone8h => "O3 8h",
            Self::CarbonMonoxide => "CO",
            Self::SulphurDioxide => "SO2",
            Self::NitrogenDioxide => "NO2",
            Self::Pm10 => "PM10",
            Self::Pm25 => "PM2.5",
        }
    }
}

impl fmt::Display for Pollutant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl AirQualityScale {
    /// The scale in force on a date.
    ///
    /// # Errors
    /// When the rules have none for the date.
    pub fn at(book: &RuleBook, date: NaiveDate) -> Result<Self, RuleError> {
        let mut verified = true;
        let mut numbers = |id: &str, case: &str| {
            verified &= book.rule(id, case, date)?.verified;
            book.numbers(id, case, date).map(<[f64]>::to_vec)
        };
        let steps = numbers("air.aqi.index", "")?;
        let breakpoints = Pollutant::ALL
            .into_iter()
            .map(|pollutant| numbers("air.aqi.breakpoints", pollutant.as_str()))
            .collect::<Result<_, _>>()?;
        let mut levels = book
            .of_id("air.aqi.level_max")
            .iter()
            .filter(|rule| rule.effective.contains(date))
            .map(|rule| {
                verified &= rule.verified;
                level(book, rule, date)
            })
            .collect::<Result<Vec<_>, _>>()?;
        levels.sort_by_key(|level| level.index_max);
        Ok(Self {
            steps,
            breakpoints,
            levels,
            verified,
        })
    }

    /// The index of one pollutant from its concentration in µg/m³; above the last breakpoint it stays at the top, 500.
    ///
    /// None for a concentration that is negative or not finite, and for one the pollutant has no breakpoints for.
    pub fn sub_index(&self, pollutant: Pollutant, concentration_ug_m3: f64) -> Option<u32> {
        let breakpoints = self.breakpoints.get(pollutant as usize)?;
        if !concentration_ug_m3.is_finite() || concentration_ug_m3 < 0.0 {
            return None;
        }
        let between = breakpoints
            .windows(2)
            .zip(self.steps.windows(2))
            .find(|(concentrations, _)| concentration_ug_m3 <= concentrations[1]);
        let Some((concentrations, steps)) = between else {
            let is_complete = breakpoints.len() == self.steps.len();
            return self
                .steps
                .last()
                .filter(|_| is_complete)
                .map(|&top| whole(top));
        };
        let share =
            (concentration_ug_m3 - concentrations[0]) / (concentrations[1] - concentrations[0]);
        Some(whole(steps[0] + share * (steps[1] - steps[0])))
    }

    /// The index of a place from its concentrations in µg/m³: the largest sub-index.
    ///
    /// For an hourly index PM10 and PM2.5 are their [`nowcast`], the gases their mean of the hour. Where two pollutants are
    /// equal, the first given decides. None without PM10 or PM2.5: the decision asks for one of them.
    pub fn index(&self, concentrations_ug_m3: &[(Pollutant, f64)]) -> Option<AirQuality> {
        let sub_indices: Vec<(Pollutant, u32)> = concentrations_ug_m3
            .iter()
            .filter_map(|&(pollutant, value)| Some((pollutant, self.sub_index(pollutant, value)?)))
            .collect();
        let is_particle = |pollutant| matches!(pollutant, Pollutant::Pm10 | Pollutant::Pm25);
        if !sub_indices
            .iter()
            .any(|&(pollutant, _)| is_particle(pollutant))
        {
            return None;
        }
        // `max_by_key` gives the last of equals.
        let (pollutant, index) = sub_indices
            .into_iter()
            .rev()
            .max_by_key(|&(_, index)| index)?;
        let level = self.level(index)?.clone();
        Some(AirQuality {
            index,
            pollutant,
            level,
        })
    }

    /// The level of an index; none above the highest.
    pub fn level(&self, index: u32) -> Option<&AirQualityLevel> {
        self.levels.iter().find(|level| index <= level.index_max)
    }
}

/// The weighted mean of the last twelve hours that stands for the current hour of PM10 or PM2.5, in the unit given.
///
/// Hours are given newest first; more than twelve are passed over. A missing, negative or not finite hour is left out. The
/// weight of each hour is that of the hour after it times `w`, the smallest by the largest concentration but at least one
/// half; weights of missing hours are left out of the sum that divides. None when fewer than two of the last three hours
/// are there.
pub fn nowcast(newest_first: &[Option<f64>]) -> Option<f64> {
    let hours = || {
        newest_first
            .iter()
            .take(NOWCAST_HOURS)
            .map(|hour| hour.filter(|value| value.is_finite() && *value >= 0.0))
    };
    if hours().take(3).flatten().count() < 2 {
        return None;
    }
    let least = hours().flatten().fold(f64::INFINITY, f64::min);
    let most = hours().flatten().fold(0.0, f64::max);
    let ratio = if most > 0.0 { least / most } else { 1.0 };
    let factor = ratio.max(NOWCAST_LEAST_WEIGHT);
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    for hour in hours() {
        if let Some(value) = hour {
            sum += weight * value;
            weights += weight;
        }
        weight *= factor;
    }
    Some(sum / weights)
}

fn level(book: &RuleBook, rule: &Rule, date: NaiveDate) -> Result<AirQualityLevel, RuleError> {
    let max = book.numbers(&rule.id, &rule.applies_to, date)?;
    let color = match book.rule("air.aqi.color", &rule.applies_to, date)?.value {
        RuleValue::Color(color) => color,
        _ => [0; 3],
    };
    Ok(AirQualityLevel {
        index_max: max.first().copied().map_or(0, whole),
        name_vi: rule.name_vi.clone(),
        name_en: rule.name_en.clone(),
        color,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index is 0 to 500"
)]
fn whole(index: f64) -> u32 {
    index.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scale() -> AirQualityScale {
        AirQualityScale::at(RuleBook::embedded(), "2025-01-01".parse().unwrap()).unwrap()
    }

    #[track_caller]
    fn check(pollutant: Pollutant, concentration: f64, index: Option<u32>) {
        assert_eq!(
            scale().sub_index(pollutant, concentration),
            index,
            "{pollutant} {concentration}"
        );
    }

    #[test]
    fn sub_indices_equal_the_golden_ones() {
        for (concentration, index) in [(12.5, 25), (37.0, 74), (65.0, 125), (120.0, 179)] {
            check(Pollutant::Pm25, concentration, Some(index));
        }
        check(Pollutant::Pm10, 100.0, Some(75));
        check(Pollutant::NitrogenDioxide, 150.0, Some(75));
        check(Pollutant::SulphurDioxide, 200.0, Some(67));
    }

    #[test]
    fn the_ends_of_the_scale_and_what_is_no_concentration() {
        check(Pollutant::Pm25, 0.0, Some(0));
        check(Pollutant::Pm25, 500.0, Some(500));
        check(Pollutant::Pm25, 900.0, Some(500));
        check(Pollutant::Ozone8h, 400.0, Some(300));
        check(Pollutant::Ozone8h, 401.0, None);
        check(Pollutant::Pm10, -1.0, None);
        check(Pollutant::Pm10, f64::NAN, None);
    }

    #[test]
    fn the_index_is_the_largest_sub_index_and_needs_particles() {
        let gases = [
            (Pollutant::NitrogenDioxide, 150.0),
            (Pollutant::SulphurDioxide, 200.0),
        ];
        assert_eq!(scale().index(&gases), None);
        let all = [gases[0], gases[1], (Pollutant::Pm25, 65.0)];
        let found = scale().index(&all).unwrap();
        assert_eq!((found.index, found.pollutant), (125, Pollutant::Pm25));
        assert_eq!(
            (found.level.name_vi.as_str(), found.level.color),
            ("Kém", [255, 126, 0])
        );
        let tie = [gases[0], (Pollutant::Pm10, 100.0)];
        assert_eq!(
            scale().index(&tie).unwrap().pollutant,
            Pollutant::NitrogenDioxide
        );
        assert!(
            !scale().verified,
            "the breakpoints were seen second-hand only"
        );
    }

    #[test]
    fn levels_change_after_50_100_150_200_and_300() {
        let names = |index| scale().level(index).map(|level| level.name_vi.clone());
        for (index, name) in [
            (0, "Tốt"),
            (50, "Tốt"),
            (51, "Trung bình"),
            (150, "Kém"),
            (151, "Xấu"),
            (201, "Rất xấu"),
            (500, "Nguy hại"),
        ] {
            assert_eq!(names(index).as_deref(), Some(name), "{index}");
        }
        assert_eq!(names(501), None);
    }

    #[test]
    fn there_is_no_scale_before_the_decision() {
        let error = AirQualityScale::at(RuleBook::embedded(), "2019-11-11".parse().unwrap());
        assert!(matches!(error, Err(RuleError::NotInForce { .. })));
    }

    #[track_caller]
    fn check_nowcast(hours: &[Option<f64>], expected: Option<f64>) {
        let found = nowcast(hours);
        let is_near = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 5e-7,
            (found, expected) => found == expected,
        };
        assert!(is_near, "{found:?} {expected:?}");
    }

    #[test]
    fn nowcast_equals_the_golden_ones() {
        let mut hours: Vec<Option<f64>> = [60, 58, 55, 50, 48, 45, 44, 40, 38, 36, 35, 33]
            .map(|value| Some(f64::from(value)))
            .to_vec();
        check_nowcast(&hours, Some(56.724951));
        (hours[0], hours[1], hours[2]) = (Some(120.0), Some(60.0), None);
        check_nowcast(&hours, Some(92.554563));
        (hours[0], hours[1], hours[2]) = (None, None, Some(55.0));
        check_nowcast(&hours, None);
        check_nowcast(&[Some(0.0); 12], Some(0.0));
        check_nowcast(&[Some(7.0), Some(7.0)], Some(7.0));
        check_nowcast(&[Some(7.0), Some(f64::NAN), Some(-1.0)], None);
        check_nowcast(&[], None);
    }

    proptest! {
        #[test]
        fn nowcast_lies_between_the_least_and_the_most(hours in prop::collection::vec(prop::option::of(0.0..500.0), 12)) {
            if let Some(found) = nowcast(&hours) {
                let least = hours.iter().flatten().copied().fold(f64::INFINITY, f64::min);
                let most = hours.iter().flatten().copied().fold(0.0, f64::max);
                prop_assert!(least - 1e-9 <= found && found <= most + 1e-9);
            }
        }

        #[test]
        fn a_sub_index_never_falls_when_the_air_gets_worse(less in 0.0..700.0, more in 0.0..700.0) {
            let (less, more): (f64, f64) = if less <= more { (less, more) } else { (more, less) };
            let scale = scale();
            prop_assert!(scale.sub_index(Pollutant::Pm25, less) <= scale.sub_index(Pollutant::Pm25, more));
        }
    }
}
