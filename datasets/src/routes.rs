//! The main roads and railways: courses to about one kilometre, refined so that they run smoothly.

use geo::Coord;

use crate::{noise::Noise, plane::Plane, roads::Class, shape};

/// A main road on the plane.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) class: Class,
    pub(crate) lanes: u8,
    pub(crate) line: Vec<Coord>,
}

/// Ends of routes this near to another route are meant to lie on it.
const JOIN_M: f64 = 450.0;

type Course = (&'static str, &'static str, Class, u8, &'static [(f64, f64)]);

#[rustfmt::skip]
const ROADS: [Course; 21] = [
    ("Đường cao tốc Hà Nội – Hải Phòng", "CT.04", Class::Expressway, 6, &[
        (106.105, 20.850), (106.140, 20.852), (106.240, 20.857), (106.340, 20.860), (106.425, 20.842), (106.510, 20.812), (106.545, 20.800)]),
    ("Quốc lộ 5", "QL.5", Class::National, 6, &[
        (106.115, 20.941), (106.165, 20.940), (106.210, 20.938), (106.258, 20.935), (106.300, 20.947), (106.340, 20.953),
        (106.375, 20.968), (106.420, 20.980), (106.470, 20.976), (106.510, 20.968), (106.540, 20.942), (106.575, 20.930)]),
    ("Quốc lộ 18", "QL.18", Class::National, 4, &[
        (106.270, 21.112), (106.300, 21.116), (106.330, 21.116), (106.365, 21.112), (106.395, 21.111), (106.430, 21.119), (106.455, 21.118), (106.500, 21.095)]),
    ("Quốc lộ 37", "QL.37", Class::National, 2, &[
        (106.425, 20.722), (106.392, 20.738), (106.366, 20.766), (106.330, 20.820), (106.303, 20.862), (106.316, 20.902), (106.322, 20.920)]),
    ("Quốc lộ 37", "QL.37", Class::National, 2, &[
        (106.340, 20.953), (106.338, 20.978), (106.344, 20.994), (106.362, 21.032), (106.374, 21.068), (106.390, 21.112), (106.372, 21.148), (106.345, 21.178), (106.330, 21.200)]),
    ("Quốc lộ 38", "QL.38", Class::National, 2, &[
        (106.178, 21.000), (106.172, 20.970), (106.163, 20.940), (106.152, 20.908), (106.140, 20.880), (106.115, 20.850)]),
    ("Quốc lộ 38B", "QL.38B", Class::National, 2, &[
        (106.303, 20.862), (106.270, 20.828), (106.246, 20.787), (106.222, 20.752), (106.190, 20.728)]),
    ("Quốc lộ 10", "QL.10", Class::National, 4, &[(106.565, 20.905), (106.545, 20.888), (106.535, 20.860), (106.520, 20.838)]),
    ("Quốc lộ 17B", "QL.17B", Class::National, 2, &[
        (106.505, 20.969), (106.524, 20.982), (106.545, 20.992), (106.560, 21.020), (106.572, 21.052), (106.580, 21.075)]),
    ("Đường tỉnh 388", "ĐT.388", Class::Provincial, 2, &[(106.470, 20.976), (106.490, 20.992), (106.512, 21.012), (106.530, 21.040), (106.545, 21.075)]),
    ("Đường tỉnh 389", "ĐT.389", Class::Provincial, 2, &[(106.545, 20.992), (106.500, 21.020), (106.450, 21.030), (106.420, 21.072), (106.412, 21.112)]),
    ("Đường tỉnh 389B", "ĐT.389B", Class::Provincial, 2, &[(106.420, 20.980), (106.430, 21.005), (106.436, 21.031)]),
    ("Đường tỉnh 390", "ĐT.390", Class::Provincial, 2, &[(106.378, 20.969), (106.394, 20.940), (106.414, 20.912), (106.434, 20.890), (106.462, 20.845), (106.488, 20.812)]),
    ("Đường tỉnh 390B", "ĐT.390B", Class::Provincial, 2, &[(106.434, 20.890), (106.470, 20.905), (106.500, 20.930), (106.510, 20.968)]),
    ("Đường tỉnh 391", "ĐT.391", Class::Provincial, 2, &[(106.316, 20.902), (106.350, 20.868), (106.386, 20.822), (106.412, 20.800), (106.432, 20.770), (106.440, 20.735)]),
    ("Đường tỉnh 392", "ĐT.392", Class::Provincial, 2, &[(106.152, 20.908), (106.184, 20.868), (106.224, 20.812), (106.246, 20.787), (106.300, 20.760), (106.366, 20.766), (106.412, 20.800)]),
    ("Đường tỉnh 393", "ĐT.393", Class::Provincial, 2, &[(106.184, 20.868), (106.240, 20.846), (106.303, 20.862), (106.350, 20.868)]),
    ("Đường tỉnh 394", "ĐT.394", Class::Provincial, 2, &[(106.214, 20.938), (106.212, 20.902), (106.214, 20.858), (106.224, 20.812)]),
    ("Đường tỉnh 395", "ĐT.395", Class::Provincial, 2, &[(106.258, 20.935), (106.262, 20.900), (106.303, 20.862)]),
    ("Đường tỉnh 396", "ĐT.396", Class::Provincial, 2, &[(106.222, 20.752), (106.290, 20.725), (106.345, 20.742), (106.388, 20.748), (106.430, 20.764), (106.478, 20.778)]),
    ("Đường tỉnh 398", "ĐT.398", Class::Provincial, 2, &[(106.395, 21.111), (106.418, 21.140), (106.432, 21.176), (106.424, 21.200)]),
];

const RAILWAYS: [(&str, &[(f64, f64)]); 3] = [
    (
        "Đường sắt Hà Nội – Hải Phòng",
        &[
            (106.105, 20.962),
            (106.140, 20.957),
            (106.210, 20.951),
            (106.270, 20.944),
            (106.320, 20.946),
            (106.358, 20.944),
            (106.380, 20.962),
            (106.420, 20.976),
            (106.490, 20.967),
            (106.540, 20.938),
            (106.575, 20.925),
        ],
    ),
    (
        "Đường sắt Kép – Hạ Long",
        &[
            (106.375, 21.220),
            (106.392, 21.198),
            (106.420, 21.188),
            (106.447, 21.142),
            (106.500, 21.124),
        ],
    ),
    (
        "Đường sắt Chí Linh – Phả Lại",
        &[
            (106.447, 21.142),
            (106.410, 21.120),
            (106.360, 21.118),
            (106.316, 21.122),
        ],
    ),
];

/// All main roads; they may run past the province's border.
pub(crate) fn main_roads(plane: &Plane, seed: u64) -> Vec<Route> {
    let mut routes: Vec<Route> = ROADS
        .iter()
        .map(|&(name, reference, class, lanes, lonlat_deg)| Route {
            name,
            reference,
            class,
            lanes,
            line: refined(
                plane,
                lonlat_deg,
                seed,
                if class == Class::Provincial {
                    120.0
                } else {
                    60.0
                },
            ),
        })
        .collect();
    for row in 0..routes.len() {
        join_ends(&mut routes, row);
    }
    routes
}

/// Moves the ends of a route onto a route nearby.
fn join_ends(routes: &mut [Route], row: usize) {
    let last = routes[row].line.len() - 1;
    for end in [0, last] {
        let place = routes[row].line[end];
        let nearest = routes
            .iter()
            .enumerate()
            .filter(|&(other, route)| other != row && route.class != Class::Expressway)
            .map(|(_, route)| shape::nearest(&route.line, place))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((joined, apart_m, _)) = nearest
            && apart_m < JOIN_M
        {
            routes[row].line[end] = joined;
        }
    }
}

/// All railways with their names; they may run past the province's border.
pub(crate) fn railways(plane: &Plane, seed: u64) -> Vec<(&'static str, Vec<Coord>)> {
    RAILWAYS
        .iter()
        .map(|&(name, course)| (name, refined(plane, course, seed, 30.0)))
        .collect()
}

fn refined(plane: &Plane, lonlat_deg: &[(f64, f64)], seed: u64, swing_m: f64) -> Vec<Coord> {
    let curve = shape::resample(&shape::curve(&plane.places(lonlat_deg), 80.0), 80.0);
    shape::resample(
        &shape::meander(&curve, Noise::new(seed, 41), swing_m, 3000.0),
        80.0,
    )
}
