//! The named rivers: coarse courses to about one kilometre, refined with seeded meanders; tributaries end on their river.

use geo::{
    BooleanOps as _, Buffer as _, Coord, LineString, MultiLineString, MultiPolygon, Polygon,
    Validation as _,
};

use crate::{noise::Noise, plane::Plane, shape};

/// A river's course, from its upper end to its lower end.
#[derive(Clone, Debug)]
pub(crate) struct River {
    pub(crate) name: &'static str,
    pub(crate) width_m: f64,
    /// Dyke grade on both banks; 0 for none.
    pub(crate) dyke_grade: u8,
    pub(crate) line: Vec<Coord>,
}

/// A course as written down: where it leaves or joins another river it is tied to it.
struct Course {
    name: &'static str,
    width_m: f64,
    dyke_grade: u8,
    leaves: Option<&'static str>,
    joins: Option<&'static str>,
    lonlat_deg: &'static [(f64, f64)],
}

#[rustfmt::skip]
const COURSES: [Course; 18] = [
    Course { name: "Sông Thái Bình", width_m: 260.0, dyke_grade: 2, leaves: None, joins: None, lonlat_deg: &[
        (106.299, 21.118), (106.314, 21.092), (106.320, 21.060), (106.302, 21.020), (106.280, 20.986), (106.292, 20.963),
        (106.318, 20.968), (106.348, 20.957), (106.357, 20.935), (106.352, 20.910), (106.388, 20.882), (106.392, 20.852),
        (106.426, 20.842), (106.447, 20.856), (106.441, 20.826), (106.454, 20.813), (106.474, 20.812), (106.486, 20.795), (106.503, 20.755)] },
    Course { name: "Sông Kinh Thầy", width_m: 210.0, dyke_grade: 2, leaves: Some("Sông Thái Bình"), joins: None, lonlat_deg: &[
        (106.318, 21.078), (106.342, 21.079), (106.362, 21.048), (106.382, 21.022), (106.418, 21.040), (106.458, 21.064), (106.498, 21.054),
        (106.506, 21.034), (106.535, 21.022), (106.556, 20.998), (106.578, 20.972), (106.592, 20.935)] },
    Course { name: "Sông Kinh Môn", width_m: 160.0, dyke_grade: 2, leaves: Some("Sông Kinh Thầy"), joins: None, lonlat_deg: &[
        (106.384, 21.022), (106.412, 21.000), (106.462, 20.988), (106.508, 20.978), (106.548, 20.953), (106.590, 20.920)] },
    Course { name: "Sông Rạng", width_m: 170.0, dyke_grade: 3, leaves: Some("Sông Kinh Môn"), joins: None, lonlat_deg: &[
        (106.410, 21.001), (106.392, 20.990), (106.393, 20.970), (106.440, 20.958), (106.488, 20.940), (106.484, 20.905), (106.468, 20.870)] },
    Course { name: "Sông Văn Úc", width_m: 300.0, dyke_grade: 2, leaves: Some("Sông Rạng"), joins: None, lonlat_deg: &[
        (106.468, 20.870), (106.480, 20.852), (106.492, 20.838), (106.489, 20.822), (106.530, 20.812)] },
    Course { name: "Sông Gùa", width_m: 130.0, dyke_grade: 3, leaves: Some("Sông Thái Bình"), joins: Some("Sông Văn Úc"), lonlat_deg: &[
        (106.448, 20.858), (106.462, 20.864), (106.474, 20.860)] },
    Course { name: "Sông Mía", width_m: 110.0, dyke_grade: 3, leaves: Some("Sông Thái Bình"), joins: Some("Sông Văn Úc"), lonlat_deg: &[
        (106.466, 20.820), (106.478, 20.824), (106.489, 20.824)] },
    Course { name: "Sông Luộc", width_m: 240.0, dyke_grade: 2, leaves: None, joins: Some("Sông Thái Bình"), lonlat_deg: &[
        (106.205, 20.722), (106.228, 20.716), (106.262, 20.704), (106.305, 20.696), (106.352, 20.706), (106.392, 20.732),
        (106.425, 20.746), (106.458, 20.746), (106.496, 20.764)] },
    Course { name: "Sông Sặt", width_m: 60.0, dyke_grade: 4, leaves: None, joins: Some("Sông Thái Bình"), lonlat_deg: &[
        (106.120, 20.880), (106.145, 20.896), (106.155, 20.918), (106.190, 20.928), (106.240, 20.902), (106.285, 20.912), (106.318, 20.918), (106.352, 20.918)] },
    Course { name: "Sông Hương", width_m: 70.0, dyke_grade: 4, leaves: Some("Sông Thái Bình"), joins: Some("Sông Rạng"), lonlat_deg: &[
        (106.357, 20.935), (106.385, 20.922), (106.412, 20.918), (106.430, 20.904), (106.442, 20.884), (106.469, 20.872)] },
    Course { name: "Sông Cửu An", width_m: 55.0, dyke_grade: 4, leaves: None, joins: None, lonlat_deg: &[
        (106.120, 20.815), (106.160, 20.806), (106.210, 20.790), (106.262, 20.786), (106.300, 20.772), (106.345, 20.768)] },
    Course { name: "Sông Cầu Xe", width_m: 75.0, dyke_grade: 4, leaves: Some("Sông Cửu An"), joins: Some("Sông Thái Bình"), lonlat_deg: &[
        (106.345, 20.768), (106.385, 20.776), (106.430, 20.774), (106.486, 20.790)] },
    Course { name: "Sông Đĩnh Đào", width_m: 50.0, dyke_grade: 4, leaves: Some("Sông Sặt"), joins: Some("Sông Cửu An"), lonlat_deg: &[
        (106.242, 20.902), (106.256, 20.868), (106.264, 20.830), (106.288, 20.802), (106.303, 20.772)] },
    Course { name: "Sông Đào", width_m: 45.0, dyke_grade: 5, leaves: Some("Sông Sặt"), joins: Some("Sông Cầu Xe"), lonlat_deg: &[
        (106.310, 20.917), (106.322, 20.880), (106.346, 20.846), (106.362, 20.815), (106.384, 20.776)] },
    Course { name: "Sông Thứa", width_m: 40.0, dyke_grade: 5, leaves: None, joins: Some("Sông Sặt"), lonlat_deg: &[
        (106.170, 20.985), (106.180, 20.958), (106.192, 20.930)] },
    Course { name: "Sông Hàng Kênh", width_m: 35.0, dyke_grade: 5, leaves: Some("Sông Cửu An"), joins: Some("Sông Luộc"), lonlat_deg: &[
        (106.212, 20.790), (106.222, 20.758), (106.236, 20.730), (106.245, 20.712)] },
    Course { name: "Sông Đồng Dựng", width_m: 35.0, dyke_grade: 0, leaves: None, joins: Some("Sông Kinh Thầy"), lonlat_deg: &[
        (106.388, 21.135), (106.378, 21.105), (106.372, 21.075), (106.352, 21.062)] },
    Course { name: "Sông Đông Mai", width_m: 45.0, dyke_grade: 0, leaves: None, joins: Some("Sông Kinh Thầy"), lonlat_deg: &[
        (106.430, 21.150), (106.427, 21.132), (106.424, 21.115), (106.420, 21.080), (106.428, 21.045)] },
];

/// Places between vertices of a refined course.
const STEP_M: f64 = 70.0;

/// All rivers, refined; they may run past the province's border.
pub(crate) fn rivers(plane: &Plane, seed: u64) -> Vec<River> {
    let noise = Noise::new(seed, 21);
    let mut rivers: Vec<River> = Vec::new();
    for course in &COURSES {
        let mut points = plane.places(course.lonlat_deg);
        let tie = |name: Option<&str>, place: Coord| {
            rivers
                .iter()
                .find(|river| Some(river.name) == name)
                .map_or(place, |river| shape::nearest(&river.line, place).0)
        };
        let last = points.len() - 1;
        points[0] = tie(course.leaves, points[0]);
        points[last] = tie(course.joins, points[last]);
        let curve = shape::resample(&shape::curve(&points, STEP_M), STEP_M);
        let amplitude_m = if course.width_m > 100.0 { 260.0 } else { 190.0 };
        let wide = shape::meander(&curve, noise, amplitude_m, 2600.0);
        let line = shape::resample(&wide, STEP_M);
        rivers.push(River {
            name: course.name,
            width_m: course.width_m,
            dyke_grade: course.dyke_grade,
            line,
        });
    }
    rivers
}

impl River {
    /// The water surface inside the province.
    pub(crate) fn surface(&self, province: &Polygon, seed: u64) -> MultiPolygon {
        let noise = Noise::new(seed, 23);
        let mut left = Vec::with_capacity(self.line.len() * 2);
        let mut right = Vec::with_capacity(self.line.len());
        for (index, &place) in self.line.iter().enumerate() {
            let half_m = self.width_m * (0.5 + 0.16 * noise.at(place, 1500.0));
            let normal = shape::left_normal(&self.line, index);
            left.push(Coord {
                x: place.x + normal.x * half_m,
                y: place.y + normal.y * half_m,
            });
            right.push(Coord {
                x: place.x - normal.x * half_m,
                y: place.y - normal.y * half_m,
            });
        }
        right.reverse();
        left.extend(right);
        let banks = Polygon::new(LineString::new(left), Vec::new());
        let surface = if banks.is_valid() {
            MultiPolygon::new(vec![banks])
        } else {
            LineString::new(self.line.clone()).buffer(self.width_m / 2.0)
        };
        surface.intersection(province)
    }

    /// The course inside the province.
    pub(crate) fn course(&self, province: &Polygon) -> MultiLineString {
        clip(&self.line, province)
    }

    /// Lines on both banks at a distance from the water's edge.
    pub(crate) fn banks(&self, beyond_m: f64) -> [Vec<Coord>; 2] {
        let side = |sign: f64| {
            let moved: Vec<Coord> = (0..self.line.len())
                .map(|index| {
                    let normal = shape::left_normal(&self.line, index);
                    let off_m = sign * (self.width_m * 0.62 + beyond_m);
                    Coord {
                        x: self.line[index].x + normal.x * off_m,
                        y: self.line[index].y + normal.y * off_m,
                    }
                })
                .collect();
            shape::resample(&moved, 140.0)
        };
        [side(1.0), side(-1.0)]
    }
}

/// The parts of a line inside a polygon.
pub(crate) fn clip(line: &[Coord], polygon: &Polygon) -> MultiLineString {
    let line = MultiLineString::new(vec![LineString::new(line.to_vec())]);
    polygon.clip(&line, false)
}
