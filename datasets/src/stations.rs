//! Air and water stations with 30 days of hourly values that look like real ones.

use crate::random::Random;

/// A station at a real place, in degrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Station {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_air: bool,
    pub(crate) lonlat_deg: (f64, f64),
}

#[rustfmt::skip]
pub(crate) const STATIONS: [Station; 10] = [
    Station { id: "HD-KK-01", name: "Tân Bình (thành phố Hải Dương)", is_air: true, lonlat_deg: (106.3146, 20.9273) },
    Station { id: "HD-KK-02", name: "An Lưu (Kinh Môn)", is_air: true, lonlat_deg: (106.548, 20.986) },
    Station { id: "HD-KK-03", name: "Duy Tân (Kinh Môn)", is_air: true, lonlat_deg: (106.562, 21.028) },
    Station { id: "HD-KK-04", name: "Sao Đỏ (Chí Linh)", is_air: true, lonlat_deg: (106.392, 21.110) },
    Station { id: "HD-KK-05", name: "Cổ Dũng (Kim Thành)", is_air: true, lonlat_deg: (106.452, 20.970) },
    Station { id: "HD-NM-01", name: "Nhân Huệ (sông Thái Bình)", is_air: false, lonlat_deg: (106.318, 21.068) },
    Station { id: "HD-NM-02", name: "Cống Tranh (sông Sặt)", is_air: false, lonlat_deg: (106.212, 20.918) },
    Station { id: "HD-NM-03", name: "Chùa Khu (sông Cửu An)", is_air: false, lonlat_deg: (106.180, 20.802) },
    Station { id: "HD-NM-04", name: "My Động (sông Luộc)", is_air: false, lonlat_deg: (106.245, 20.714) },
    Station { id: "HD-NM-05", name: "Mậu Duyệt (sông Thứa)", is_air: false, lonlat_deg: (106.180, 20.957) },
];

/// Hours of observations.
pub(crate) const HOURS: usize = 30 * 24;

/// One parameter's values, hour by hour.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) parameter: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) values: Vec<f64>,
}

/// Text of an hour: the series begin on 1 June 2025, local time.
pub(crate) fn hour_text(hour: usize) -> String {
    format!("2025-06-{:02}T{:02}:00:00+07:00", hour / 24 + 1, hour % 24)
}

/// All series of a station.
pub(crate) fn series(station: &Station, seed: u64) -> Vec<Series> {
    let mut random = Random::new(seed, station.id);
    if station.is_air {
        air(station, &mut random)
    } else {
        water(&mut random)
    }
}

/// A slowly wandering series of standard normal values.
fn wander(memory: f64, random: &mut Random) -> Vec<f64> {
    let mut state = random.normal();
    (0..HOURS)
        .map(|_| {
            state = memory * state + (1.0 - memory * memory).sqrt() * random.normal();
            state
        })
        .collect()
}

/// Mean 20.5 µg/m³, quartiles 15 and 24, one episode up to about 103 at Duy Tân, as observed in May 2026.
fn air(station: &Station, random: &mut Random) -> Vec<Series> {
    let dust = wander(0.93, random);
    let warm = wander(0.96, random);
    let local = random.range(0.95, 1.05);
    let mut fine = Vec::with_capacity(HOURS);
    let mut coarse = Vec::with_capacity(HOURS);
    let mut degrees = Vec::with_capacity(HOURS);
    let mut humidity = Vec::with_capacity(HOURS);
    for hour in 0..HOURS {
        let clock = (hour % 24) as f64;
        let rush = 0.10 * ((clock - 7.0) / 24.0 * std::f64::consts::TAU * 2.0).cos();
        let mut value = local * 20.0 * (0.33 * dust[hour] + rush).exp();
        if station.id == "HD-KK-03" {
            let from_peak = (hour as f64 - 430.0) / 5.0;
            value += 85.0 * (-from_peak * from_peak).exp();
        }
        let value = value.clamp(3.0, 103.0);
        fine.push(value);
        coarse.push((value * 1.45 + 3.0 + 2.0 * random.normal()).max(value));
        let heat =
            30.5 + 4.2 * ((clock - 14.0) / 24.0 * std::f64::consts::TAU).cos() + 1.3 * warm[hour];
        degrees.push(heat.clamp(24.9, 39.3));
        humidity.push((80.0 - 3.6 * (heat - 30.5) + 4.0 * random.normal()).clamp(37.0, 100.0));
    }
    vec![
        Series {
            parameter: "PM2.5",
            unit: "µg/m³",
            values: fine,
        },
        Series {
            parameter: "PM10",
            unit: "µg/m³",
            values: coarse,
        },
        Series {
            parameter: "temperature",
            unit: "°C",
            values: degrees,
        },
        Series {
            parameter: "humidity",
            unit: "%",
            values: humidity,
        },
    ]
}

fn water(random: &mut Random) -> Vec<Series> {
    let acid = wander(0.97, random);
    let oxygen = wander(0.95, random);
    let organic = wander(0.95, random);
    let flood = wander(0.995, random);
    let tide_m = random.range(0.15, 0.6);
    let hours = || (0..HOURS).map(|hour| hour as f64);
    vec![
        Series {
            parameter: "water_level",
            unit: "m",
            values: hours()
                .zip(&flood)
                .map(|(hour, flood)| {
                    1.1 + 0.35 * flood + tide_m * (hour / 24.8 * std::f64::consts::TAU).cos()
                })
                .collect(),
        },
        Series {
            parameter: "pH",
            unit: "",
            values: acid.iter().map(|v| 7.2 + 0.15 * v).collect(),
        },
        Series {
            parameter: "DO",
            unit: "mg/l",
            values: hours()
                .zip(&oxygen)
                .map(|(hour, v)| {
                    (5.1 + 0.6 * v + 0.5 * ((hour - 15.0) / 24.0 * std::f64::consts::TAU).cos())
                        .max(1.0)
                })
                .collect(),
        },
        Series {
            parameter: "COD",
            unit: "mg/l",
            values: organic.iter().map(|v| 14.0 * (0.3 * v).exp()).collect(),
        },
    ]
}
