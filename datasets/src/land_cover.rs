//! Land cover by place, consistent with the relief, the water, the villages and the zones.

use geo::Coord;

use crate::{communes::communes, ground, noise::Noise, province::Province};

pub(crate) const NODATA: u8 = 0;
const TREE: u8 = 10;
const SHRUB: u8 = 20;
const GRASS: u8 = 30;
const CROP: u8 = 40;
const BUILT: u8 = 50;
const WATER: u8 = 80;
const WETLAND: u8 = 90;

/// Looks up land cover.
#[derive(Debug)]
pub(crate) struct LandCover<'a> {
    province: &'a Province,
    noise: Noise,
}

impl<'a> LandCover<'a> {
    pub(crate) const fn new(province: &'a Province) -> Self {
        Self {
            province,
            noise: Noise::new(province.options.seed, 101),
        }
    }

    /// The class at a place of the plane, or [`NODATA`] outside the province.
    pub(crate) fn class(&self, place: Coord, height_m: f64) -> u8 {
        let Some(commune) = self.province.partition.commune(place) else {
            return NODATA;
        };
        let flags = self.province.ground.at(place);
        if flags & (ground::RIVER | ground::LAKE) != 0 {
            return WATER;
        }
        let grain = self.noise.fractal(place, 240.0, 3);
        if flags & (ground::INDUSTRY | ground::BUILT) != 0 {
            return if grain > 0.36 { TREE } else { BUILT };
        }
        if flags & ground::BANK != 0 {
            return if grain > 0.05 { GRASS } else { CROP };
        }
        let patch = self.noise.fractal(place, 1300.0, 4);
        match height_m {
            h if h > 30.0 + 25.0 * patch => TREE,
            h if h > 14.0 => {
                if patch > 0.1 {
                    TREE
                } else if patch > -0.15 {
                    SHRUB
                } else {
                    GRASS
                }
            }
            _ if communes()[commune].district == 294 && patch + 0.3 * grain > 0.06 => TREE,
            _ if patch + 0.4 * grain > 0.42 => TREE,
            h if h < 1.2 && patch < -0.3 => WETLAND,
            _ => CROP,
        }
    }
}
