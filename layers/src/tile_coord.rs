//! Addresses in the web-mercator quad tree (OGC `WebMercatorQuad`, the XYZ scheme: row 0 in the north).

use std::{f64::consts::PI, fmt, str::FromStr};

use serde::Serialize;
use thiserror::Error;

use crate::{Extent, LonLat};

/// Half the side of the web-mercator square, in metres: π × 6 378 137.
pub const MERCATOR_HALF_M: f64 = PI * 6_378_137.0;

/// The latitude at which the web-mercator square ends, in degrees.
pub const MERCATOR_MAX_LAT: f64 = 85.051_128_779_806_59;

/// The address of one tile. Valid by construction: `z ≤ 24`, `x` and `y` below `2^z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

/// An address outside the quad tree.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "tile {value:?} does not exist: write Z/X/Y with Z from 0 to 24 and X and Y from 0 to 2^Z - 1"
)]
pub struct InvalidTileCoord {
    /// What was given.
    pub value: String,
}

impl TileCoord {
    /// The deepest zoom; below it f32 positions within a tile stay exact to a hundredth of a pixel.
    pub const MAX_ZOOM: u8 = 24;

    /// The tile at a zoom, column and row.
    ///
    /// # Errors
    /// When the zoom is above [`Self::MAX_ZOOM`] or the column or row is not below `2^z`.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, InvalidTileCoord> {
        if z <= Self::MAX_ZOOM && x < 1 << z && y < 1 << z {
            Ok(Self { z, x, y })
        } else {
            Err(InvalidTileCoord {
                value: format!("{z}/{x}/{y}"),
            })
        }
    }

    /// The tile at a zoom that holds a position; positions beyond the square go to the nearest edge tile.
    pub fn containing(position: LonLat, z: u8) -> Self {
        let z = z.min(Self::MAX_ZOOM);
        let (x, y) = mercator_from_lonlat(position);
        let tiles = f64::from(1_u32 << z);
        let index = |share: f64| -> u32 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to 0 ..= 2^24 - 1"
            )]
            let index = (share * tiles).floor().clamp(0.0, tiles - 1.0) as u32;
            index
        };
        Self {
            z,
            x: index(0.5 + x / (2.0 * MERCATOR_HALF_M)),
            y: index(0.5 - y / (2.0 * MERCATOR_HALF_M)),
        }
    }

    /// Zoom level.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the west.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north.
    pub fn y(self) -> u32 {
        self.y
    }

    /// Length of a tile's side at its zoom, in web-mercator metres.
    pub fn side_mercator(self) -> f64 {
        2.0 * MERCATOR_HALF_M / f64::from(1_u32 << self.z)
    }

    /// The ground it covers, in web-mercator metres.
    pub fn extent_mercator(self) -> Extent {
        let side = self.side_mercator();
        let min_x = f64::from(self.x) * side - MERCATOR_HALF_M;
        let max_y = MERCATOR_HALF_M - f64::from(self.y) * side;
        Extent {
            min_x,
            min_y: max_y - side,
            max_x: min_x + side,
            max_y,
        }
    }

    /// The ground it covers, in degrees of longitude and latitude.
    pub fn extent_lonlat(self) -> Extent {
        let mercator = self.extent_mercator();
        let south_west = lonlat_from_mercator(mercator.min_x, mercator.min_y);
        let north_east = lonlat_from_mercator(mercator.max_x, mercator.max_y);
        Extent {
            min_x: south_west.lon,
            min_y: south_west.lat,
            max_x: north_east.lon,
            max_y: north_east.lat,
        }
    }

    /// The tile one zoom up that holds this one; none above zoom 0.
    pub fn parent(self) -> Option<Self> {
        (self.z > 0).then(|| Self {
            z: self.z - 1,
            x: self.x / 2,
            y: self.y / 2,
        })
    }

    /// The tiles at a zoom that meet an extent given in degrees, row by row.
    pub fn covering(extent: &Extent, z: u8) -> impl Iterator<Item = Self> {
        let z = z.min(Self::MAX_ZOOM);
        let first = Self::containing(
            LonLat {
                lon: extent.min_x,
                lat: extent.max_y,
            },
            z,
        );
        let last = Self::containing(
            LonLat {
                lon: extent.max_x,
                lat: extent.min_y,
            },
            z,
        );
        let rows = if extent.is_empty() {
            1..1
        } else {
            first.y..last.y + 1
        };
        rows.flat_map(move |y| (first.x..=last.x).map(move |x| Self { z, x, y }))
    }
}

/// Web-mercator metres of a position; latitudes beyond the square are cut to its edge.
pub fn mercator_from_lonlat(position: LonLat) -> (f64, f64) {
    let lat = position
        .lat
        .clamp(-MERCATOR_MAX_LAT, MERCATOR_MAX_LAT)
        .to_radians();
    let y = (PI / 4.0 + lat / 2.0).tan().ln();
    (
        position.lon / 180.0 * MERCATOR_HALF_M,
        y / PI * MERCATOR_HALF_M,
    )
}

/// The position of web-mercator metres.
pub fn lonlat_from_mercator(x: f64, y: f64) -> LonLat {
    let lat = (y / MERCATOR_HALF_M * PI).sinh().atan().to_degrees();
    LonLat {
        lon: x / MERCATOR_HALF_M * 180.0,
        lat,
    }
}

impl fmt::Display for TileCoord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl FromStr for TileCoord {
    type Err = InvalidTileCoord;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTileCoord {
            value: value.to_owned(),
        };
        let mut parts = value.split('/');
        let (Some(z), Some(x), Some(y), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        match (z.parse(), x.parse(), y.parse()) {
            (Ok(z), Ok(x), Ok(y)) => Self::new(z, x, y),
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_holds_its_own_middle_at_every_zoom() {
        let city = LonLat {
            lon: 106.3146,
            lat: 20.9373,
        };
        for z in 0..=TileCoord::MAX_ZOOM {
            let tile = TileCoord::containing(city, z);
            assert!(
                tile.extent_lonlat().contains(city.lon, city.lat),
                "zoom {z}"
            );
            let (x, y) = tile.extent_mercator().center();
            assert_eq!(TileCoord::containing(lonlat_from_mercator(x, y), z), tile);
        }
    }

    #[test]
    fn addresses_outside_the_tree_are_refused() {
        for bad in [
            "1/2/0", "1/0/2", "25/0/0", "1/0", "1/0/0/0", "a/b/c", "-1/0/0", "",
        ] {
            assert!(bad.parse::<TileCoord>().is_err(), "{bad:?} must be refused");
        }
        assert_eq!(
            "12/3258/1803".parse::<TileCoord>().unwrap().to_string(),
            "12/3258/1803"
        );
    }

    #[test]
    fn covering_tiles_are_the_ones_that_meet_the_extent() {
        let province = Extent {
            min_x: 106.12,
            min_y: 20.68,
            max_x: 106.62,
            max_y: 21.24,
        };
        let tiles: Vec<_> = TileCoord::covering(&province, 10).collect();
        assert!(
            tiles
                .iter()
                .all(|tile| tile.extent_lonlat().intersects(&province))
        );
        assert_eq!(tiles.len(), 3 * 2, "{tiles:?}");
        assert_eq!(TileCoord::covering(&Extent::EMPTY, 10).count(), 0);
    }
}
