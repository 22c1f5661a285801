//! `ST_Buffer`, with ends and corners as asked for.

use std::f64::consts::FRAC_PI_2;

use datafusion::{
    common::{exec_datafusion_err, exec_err},
    error::Result,
};
use geo::{
    Buffer as _, Geometry, HasDimensions as _, MultiPolygon, Polygon,
    buffer::{BufferStyle, LineCap, LineJoin},
};

use super::{
    gathered, plain,
    rows::{Function, Named},
    sound,
    validity::{areas, fault_of_polygon},
};

/// Segments of a quarter circle, as in `PostGIS`.
const QUAD_SEGS: f64 = 8.0;

/// The most of them; a circle of 4,096 corners is rounder than any map shows.
const MOST_QUAD_SEGS: f64 = 1024.0;

/// How many distances a mitred corner may reach out, as in `PostGIS`.
const MITRE_LIMIT: f64 = 5.0;

pub(super) fn kernels() -> Vec<Named> {
    let buffer = Function::with_number_and_text("st_buffer", |row| {
        let style = Style::parse(row.text.unwrap_or_default())?;
        buffered(row.geometry(), row.numbers[0], &style).map(Some)
    });
    vec![buffer.kernels()]
}

fn buffered(geometry: &Geometry, distance: f64, style: &Style) -> Result<Geometry> {
    if !distance.is_finite() {
        return exec_err!("a distance of {distance} does not exist");
    }
    if geometry.is_empty() {
        return Ok(Polygon::empty().into());
    }
    let geometry = repaired(geometry)?;
    if distance == 0.0 {
        let areas = areas(&geometry).into_iter().cloned();
        return Ok(plain(geo::unary_union(&areas.collect::<Vec<_>>())));
    }
    let are_points = matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_));
    Ok(plain(
        geometry.buffer_with_style(style.at(distance, are_points)),
    ))
}

/// The geometry with valid polygons.
fn repaired(geometry: &Geometry) -> Result<Geometry> {
    Ok(match geometry {
        Geometry::Polygon(polygon) if fault_of_polygon(polygon).is_some() => {
            sound(&MultiPolygon::from(polygon.clone()))?
                .into_owned()
                .into()
        }
        Geometry::MultiPolygon(polygons) => sound(polygons)?.into_owned().into(),
        Geometry::GeometryCollection(parts) => {
            let parts: Result<Vec<_>> = parts.iter().map(repaired).collect();
            gathered(parts?)
        }
        other => other.clone(),
    })
}

/// What a line ends with.
#[derive(Clone, Copy)]
enum EndCap {
    Round,
    Flat,
    Square,
}

/// What a corner becomes.
#[derive(Clone, Copy)]
enum Join {
    Round,
    Mitre,
    Bevel,
}

struct Style {
    end_cap: EndCap,
    join: Join,
    mitre_limit: f64,
    quad_segs: f64,
}

impl Style {
    /// Reads `endcap=flat join=mitre mitre_limit=5 quad_segs=8`, any of them in any order.
    fn parse(text: &str) -> Result<Self> {
        let mut style = Self {
            end_cap: EndCap::Round,
            join: Join::Round,
            mitre_limit: MITRE_LIMIT,
            quad_segs: QUAD_SEGS,
        };
        for word in text.split_whitespace() {
            let unknown = || {
                exec_datafusion_err!(
                    "'{word}' is not known: use endcap=round|flat|square, join=round|mitre|bevel, mitre_limit=5, quad_segs=8"
                )
            };
            let (key, value) = word.split_once('=').ok_or_else(unknown)?;
            let number = || value.parse::<f64>().ok().filter(|number| *number >= 1.0);
            match (key, value) {
                ("endcap", "round") => style.end_cap = EndCap::Round,
                ("endcap", "flat" | "butt") => style.end_cap = EndCap::Flat,
                ("endcap", "square") => style.end_cap = EndCap::Square,
                ("join", "round") => style.join = Join::Round,
                ("join", "mitre" | "miter") => style.join = Join::Mitre,
                ("join", "bevel") => style.join = Join::Bevel,
                ("mitre_limit" | "miter_limit", _) => {
                    style.mitre_limit = number().ok_or_else(unknown)?;
                }
                ("quad_segs", _) => {
                    style.quad_segs = number().ok_or_else(unknown)?.min(MOST_QUAD_SEGS);
                }
                _ => return Err(unknown()),
            }
        }
        Ok(style)
    }

    fn at(&self, distance: f64, are_points: bool) -> BufferStyle<f64> {
        // Around a point the number of segments is rounded up, elsewhere down.
        const ROUNDING: f64 = 1e-9;
        let step = FRAC_PI_2 / (self.quad_segs + ROUNDING);
        let cap = match self.end_cap {
            EndCap::Round if are_points => LineCap::Round(FRAC_PI_2 / (self.quad_segs - ROUNDING)),
            EndCap::Round => LineCap::Round(step),
            EndCap::Flat => LineCap::Butt,
            EndCap::Square => LineCap::Square,
        };
        let join = match self.join {
            Join::Round => LineJoin::Round(step),
            // The sharpest angle whose mitre is within the limit.
            Join::Mitre => LineJoin::Miter(2.0 * (1.0 / self.mitre_limit).asin()),
            Join::Bevel => LineJoin::Bevel,
        };
        BufferStyle::new(distance).line_cap(cap).line_join(join)
    }
}
