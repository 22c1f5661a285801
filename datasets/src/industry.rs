//! Industrial parks and clusters: real names and sizes, placed near their real surroundings where the ground is free.

use geo::Coord;

use crate::{
    ground::{self, Ground},
    lattice::Lattice,
    noise::Noise,
    partition::Partition,
    plane::Plane,
    shape,
};

/// A park or cluster: a rectangle of lattice cells.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    pub(crate) is_park: bool,
    pub(crate) occupancy_pct: u8,
    pub(crate) lattice: Lattice,
    pub(crate) columns: i32,
    pub(crate) rows: i32,
    pub(crate) commune: usize,
}

/// Name, park or cluster, degrees, hectares, occupancy in per cent.
type Site = (&'static str, bool, f64, f64, f64, u8);

#[rustfmt::skip]
const SITES: [Site; 30] = [
    ("KCN Đại An", true, 106.286, 20.930, 136.0, 100), ("KCN Đại An mở rộng", true, 106.262, 20.922, 416.0, 68),
    ("KCN Phúc Điền", true, 106.186, 20.945, 87.0, 100), ("KCN Tân Trường", true, 106.224, 20.944, 198.0, 97),
    ("KCN Nam Sách", true, 106.352, 20.972, 63.0, 100), ("KCN Việt Hòa – Kenmark", true, 106.288, 20.952, 46.0, 92),
    ("KCN Lai Vu", true, 106.412, 20.984, 213.0, 72), ("KCN Phú Thái", true, 106.516, 20.958, 57.0, 88),
    ("KCN Cộng Hòa", true, 106.404, 21.100, 357.0, 61), ("KCN Lai Cách", true, 106.246, 20.944, 132.0, 79),
    ("KCN Cẩm Điền – Lương Điền", true, 106.162, 20.950, 184.0, 94), ("KCN Kim Thành", true, 106.478, 20.962, 150.0, 35),
    ("KCN Gia Lộc", true, 106.296, 20.850, 198.0, 40), ("KCN Bình Giang", true, 106.170, 20.865, 150.0, 22),
    ("CCN Việt Hòa", false, 106.298, 20.956, 44.87, 96), ("CCN Cẩm Thượng", false, 106.318, 20.955, 51.90, 98),
    ("CCN Tây Ngô Quyền", false, 106.306, 20.936, 19.51, 100), ("CCN Ba Hàng", false, 106.362, 20.962, 46.04, 90),
    ("CCN Cao An", false, 106.252, 20.958, 46.31, 84), ("CCN Hoàng Tân", false, 106.430, 21.105, 40.0, 70),
    ("CCN Hiệp Sơn", false, 106.510, 21.000, 48.0, 88), ("CCN Duy Tân", false, 106.548, 21.028, 50.0, 93),
    ("CCN Kỳ Sơn", false, 106.366, 20.850, 35.0, 76), ("CCN Nguyên Giáp", false, 106.428, 20.762, 30.0, 55),
    ("CCN Đoàn Tùng", false, 106.226, 20.826, 38.0, 62), ("CCN Ngũ Hùng", false, 106.258, 20.766, 32.0, 58),
    ("CCN Nghĩa An", false, 106.352, 20.786, 36.0, 60), ("CCN Tráng Liệt", false, 106.168, 20.898, 34.0, 81),
    ("CCN An Đồng", false, 106.352, 21.012, 33.0, 77), ("CCN Thanh Hải", false, 106.408, 20.890, 27.0, 48),
];

/// Places all zones and marks the ground they take; one that finds no room is left out.
pub(crate) fn zones(
    plane: &Plane,
    partition: &Partition,
    ground: &mut Ground,
    seed: u64,
) -> Vec<Zone> {
    let mut zones = Vec::new();
    for site in &SITES {
        let Some(zone) = place(plane, partition, ground, (site, seed)) else {
            continue;
        };
        ground.mark_ring(&zone.ring(), ground::INDUSTRY);
        ground.mark_line(&zone.ring(), 25.0, ground::INDUSTRY);
        zones.push(zone);
    }
    zones
}

/// Searches outward in a spiral for a free rectangle, turning it through twelve directions.
fn place(
    plane: &Plane,
    partition: &Partition,
    ground: &Ground,
    (site, seed): (&Site, u64),
) -> Option<Zone> {
    let &(name, is_park, lon, lat, area_ha, occupancy_pct) = site;
    let wanted = plane.place(lon, lat);
    let columns = (f64::from((area_ha * 1.5) as u32) / 4.0)
        .sqrt()
        .round()
        .max(2.0) as i32;
    let rows = (area_ha / (f64::from(columns) * 4.0)).round().max(1.0) as i32;
    let cell_m = (area_ha * 1e4 / f64::from(columns * rows)).sqrt();
    for step in 0..900 {
        let turn = f64::from(step) * 2.399_963;
        let off_m = 95.0 * f64::from(step).sqrt();
        let centre = Coord {
            x: wanted.x + off_m * turn.cos(),
            y: wanted.y + off_m * turn.sin(),
        };
        let Some(commune) = partition.commune(centre) else {
            continue;
        };
        for direction in 0..6 {
            let azimuth_rad = f64::from(direction) * std::f64::consts::PI / 6.0;
            let (sin, cos) = azimuth_rad.sin_cos();
            let (half_x, half_y) = (
                cell_m * f64::from(columns) / 2.0,
                cell_m * f64::from(rows) / 2.0,
            );
            let origin = Coord {
                x: centre.x - half_x * cos + half_y * sin,
                y: centre.y - half_x * sin - half_y * cos,
            };
            let lattice = Lattice {
                origin,
                azimuth_rad,
                width_m: cell_m,
                height_m: cell_m,
                lane_m: 16.0,
                bend: Noise::new(seed, 43),
                bend_m: 0.0,
            };
            let zone = Zone {
                name,
                is_park,
                occupancy_pct,
                lattice,
                columns,
                rows,
                commune,
            };
            if zone.fits(partition, ground) {
                return Some(zone);
            }
        }
    }
    None
}

impl Zone {
    /// The closed ring around all cells, anticlockwise.
    pub(crate) fn ring(&self) -> Vec<Coord> {
        let corner = |i, j| self.lattice.cell(i, j).corners[0];
        vec![
            corner(0, 0),
            corner(self.columns, 0),
            corner(self.columns, self.rows),
            corner(0, self.rows),
            corner(0, 0),
        ]
    }

    pub(crate) fn area_ha(&self) -> f64 {
        shape::ring_area_m2(&self.ring()[1..]).abs() / 1e4
    }

    /// Each cell with its lattice indices.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        (0..self.rows).flat_map(|j| (0..self.columns).map(move |i| (i, j)))
    }

    fn fits(&self, partition: &Partition, ground: &Ground) -> bool {
        let ring = self.ring();
        let (steps_u, steps_v) = (self.columns * 8, self.rows * 8);
        (0..=steps_u).all(|a| {
            (0..=steps_v).all(|b| {
                let (u, v) = (
                    f64::from(a) / f64::from(steps_u),
                    f64::from(b) / f64::from(steps_v),
                );
                let place = shape::between(
                    shape::between(ring[0], ring[1], u),
                    shape::between(ring[3], ring[2], u),
                    v,
                );
                ground.is_free(place, ground::ANY) && partition.commune(place).is_some()
            })
        })
    }
}
