//! The units that values of rules have.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use thiserror::Error;

/// The unit of a rule's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Metres.
    Metre,
    /// Square metres.
    SquareMetre,
    /// Hectares.
    Hectare,
    /// Persons.
    Person,
    /// Square metres for each person.
    SquareMetrePerPerson,
    /// Square metres for each seat of a school.
    SquareMetrePerSeat,
    /// Seats of schools for a thousand persons.
    SeatsPerThousand,
    /// Beds of hospitals for a thousand persons.
    BedsPerThousand,
    /// Micrograms in a cubic metre of air.
    MicrogramPerCubicMetre,
    /// A-weighted decibels.
    Decibel,
    /// pH.
    Acidity,
    /// A number without dimension.
    Index,
    /// Red, green and blue, 0–255.
    Rgb,
    /// The value is words.
    Text,
}

/// A text that is no unit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unit {value:?} is not known: use one of {}", Unit::ALL.map(Unit::as_str).join(", "))]
pub struct UnknownUnit {
    /// What was given.
    pub value: String,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 14] = [
        Self::Metre,
        Self::SquareMetre,
        Self::Hectare,
        Self::Person,
        Self::SquareMetrePerPerson,
        Self::SquareMetrePerSeat,
        Self::SeatsPerThousand,
        Self::BedsPerThousand,
        Self::MicrogramPerCubicMetre,
        Self::Decibel,
        Self::Acidity,
        Self::Index,
        Self::Rgb,
        Self::Text,
    ];

    /// How it is written in files and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metre => "m",
            Self::SquareMetre => "m2",
            Self::Hectare => "ha",
            Self::Person => "person",
            Self::SquareMetrePerPerson => "m2/person",
            Self::SquareMetrePerSeat => "m2/seat",
            Self::SeatsPerThousand => "seats/1000 persons",
            Self::BedsPerThousand => "beds/1000 persons",
            Self::MicrogramPerCubicMetre => "ug/m3",
            Self::Decibel => "dBA",
            Self::Acidity => "pH",
            Self::Index => "index",
            Self::Rgb => "rgb",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Unit {
    type Err = UnknownUnit;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|unit| unit.as_str() == value);
        known.ok_or_else(|| UnknownUnit {
            value: value.to_owned(),
        })
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
