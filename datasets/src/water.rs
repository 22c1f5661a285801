//! Standing water and small channels: lakes, ponds, canals, and the dykes along the rivers.

use geo::{Coord, LineString, Polygon};

use crate::{
    ground::{self, Ground},
    noise::Noise,
    partition::Partition,
    plane::Plane,
    random::Random,
    relief::Relief,
    rivers::River,
    shape,
};

/// A lake or pond.
#[derive(Clone, Debug)]
pub(crate) struct Lake {
    pub(crate) name: &'static str,
    pub(crate) ring: Vec<Coord>,
}

/// A dyke on one bank of a river.
#[derive(Clone, Debug)]
pub(crate) struct Dyke {
    pub(crate) name: String,
    pub(crate) grade: u8,
    pub(crate) line: Vec<Coord>,
}

/// Name, degrees, radius in metres.
type NamedLake = (&'static str, f64, f64, f64);

#[rustfmt::skip]
const LAKES: [NamedLake; 9] = [
    ("Hồ Côn Sơn", 106.409, 21.146, 330.0), ("Hồ Bạch Đằng", 106.331, 20.937, 210.0), ("Hồ Mật Sơn", 106.381, 21.119, 280.0),
    ("Hồ Bến Tắm", 106.452, 21.156, 420.0), ("Hồ Thanh Long", 106.420, 21.158, 260.0), ("Hồ An Dương (Đảo Cò)", 106.247, 20.733, 360.0),
    ("Hồ Bình Minh", 106.305, 20.928, 190.0), ("Hồ Trại Sen", 106.372, 21.186, 240.0), ("Hồ Sao Đỏ", 106.396, 21.118, 170.0),
];

/// Ponds scattered over the plain.
const PONDS: usize = 420;
/// Distance between canals that run side by side.
const CANAL_SPACING_M: f64 = 1700.0;
/// Canals are not dug above this height.
const HIGHEST_CANAL_M: f64 = 6.0;

/// Lakes by name and unnamed ponds on free ground; marks what they take.
pub(crate) fn lakes(
    plane: &Plane,
    partition: &Partition,
    ground: &mut Ground,
    seed: u64,
) -> Vec<Lake> {
    let mut random = Random::new(seed, "lakes");
    let noise = Noise::new(seed, 61);
    let mut lakes: Vec<Lake> = LAKES
        .iter()
        .map(|&(name, lon, lat, radius_m)| Lake {
            name,
            ring: blob(plane.place(lon, lat), radius_m, noise),
        })
        .collect();
    let province = &partition.province.exterior().0;
    let box_min = partition.grid().min;
    for _ in 0..PONDS * 3 {
        let place = Coord {
            x: box_min.x + random.unit() * partition.grid().cols as f64 * partition.grid().cell_m,
            y: box_min.y + random.unit() * partition.grid().rows as f64 * partition.grid().cell_m,
        };
        let radius_m = 35.0 * random.normal().mul_add(0.5, 0.3).exp();
        if partition.commune(place).is_none() || lakes.len() >= PONDS {
            continue;
        }
        let ring = blob(place, radius_m.clamp(18.0, 160.0), noise);
        let free = ring.iter().all(|&corner| {
            ground.is_free(corner, ground::ANY) && shape::contains(province, corner)
        });
        if free {
            lakes.push(Lake { name: "", ring });
        }
    }
    for lake in &lakes {
        ground.mark_ring(&lake.ring, ground::LAKE);
        ground.mark_line(&lake.ring, 12.0, ground::LAKE);
    }
    lakes
}

/// A closed ring around a place, lobed by noise.
pub(crate) fn blob(centre: Coord, radius_m: f64, noise: Noise) -> Vec<Coord> {
    let corners = 28;
    let mut ring: Vec<Coord> = (0..corners)
        .map(|corner| {
            let (sin, cos) =
                (std::f64::consts::TAU * f64::from(corner) / f64::from(corners)).sin_cos();
            let rim = Coord {
                x: centre.x + radius_m * cos,
                y: centre.y + radius_m * sin,
            };
            let radius_m = radius_m * (1.0 + 0.75 * noise.fractal(rim, radius_m * 1.7, 3));
            Coord {
                x: centre.x + radius_m * cos * 1.15,
                y: centre.y + radius_m * sin * 0.85,
            }
        })
        .collect();
    ring.push(ring[0]);
    ring
}

/// The canal grid of the plain; marks a corridor for each.
pub(crate) fn canals(
    partition: &Partition,
    ground: &mut Ground,
    relief: &Relief,
    seed: u64,
) -> Vec<Vec<Coord>> {
    let mut random = Random::new(seed, "canals");
    let noise = Noise::new(seed, 62);
    let grid = *partition.grid();
    let (width_m, height_m) = (
        grid.cols as f64 * grid.cell_m,
        grid.rows as f64 * grid.cell_m,
    );
    let middle = Coord {
        x: grid.min.x + width_m / 2.0,
        y: grid.min.y + height_m / 2.0,
    };
    let half = (width_m.hypot(height_m) / 2.0 / CANAL_SPACING_M).ceil() as i32;
    let digs = |place: Coord| {
        partition.commune(place).is_some()
            && relief.height_m(place) < HIGHEST_CANAL_M
            && ground.is_free(place, ground::RIVER | ground::LAKE | ground::INDUSTRY)
    };
    let mut canals = Vec::new();
    for turned in [0.42_f64, 0.42 + std::f64::consts::FRAC_PI_2] {
        let (sin, cos) = turned.sin_cos();
        for number in -half..=half {
            let line = (-half * 24..=half * 24).map(|step| {
                let along_m = f64::from(step) * CANAL_SPACING_M / 24.0;
                let across_m = f64::from(number) * CANAL_SPACING_M;
                let straight = Coord {
                    x: middle.x + along_m * cos - across_m * sin,
                    y: middle.y + along_m * sin + across_m * cos,
                };
                let push = noise.displacement(straight, 4200.0);
                Coord {
                    x: straight.x + 620.0 * push.x,
                    y: straight.y + 620.0 * push.y,
                }
            });
            let runs = shape::runs(line, digs);
            canals.extend(
                runs.into_iter()
                    .filter(|run| run.len() >= 9 && random.chance(0.8)),
            );
        }
    }
    for canal in &canals {
        ground.mark_line(canal, 11.0, ground::CORRIDOR);
    }
    canals
}

/// Dykes on both banks of the rivers that have them, where they run on land of the province.
pub(crate) fn dykes(rivers: &[River], partition: &Partition, ground: &Ground) -> Vec<Dyke> {
    let mut dykes = Vec::new();
    for river in rivers.iter().filter(|river| river.dyke_grade > 0) {
        let beyond_m = 25.0 + river.width_m * 0.2;
        for (line, side) in river.banks(beyond_m).into_iter().zip(["tả", "hữu"]) {
            let on_land = |place: Coord| {
                partition.commune(place).is_some() && ground.is_free(place, ground::RIVER)
            };
            for run in shape::runs(line.into_iter(), on_land) {
                if run.len() >= 6 {
                    let name = format!("Đê {side} {}", river.name.replace("Sông", "sông"));
                    dykes.push(Dyke {
                        name,
                        grade: river.dyke_grade,
                        line: run,
                    });
                }
            }
        }
    }
    dykes
}

impl Lake {
    pub(crate) fn polygon(&self) -> Polygon {
        Polygon::new(LineString::new(self.ring.clone()), Vec::new())
    }
}
