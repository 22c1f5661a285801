//! The 12 district units and 207 communes of 2025-03-01 … 2025-06-30: codes, names, kinds, official figures.

mod table;

use table::COMMUNES;

/// What a commune-level unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommuneKind {
    /// Phường: a ward of a city or town.
    Ward,
    /// Xã: a rural commune.
    Rural,
    /// Thị trấn: a commune-level town.
    Town,
}

impl CommuneKind {
    /// The Vietnamese word for the kind.
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Ward => "phường",
            Self::Rural => "xã",
            Self::Town => "thị trấn",
        }
    }

    /// Whether homesteads here carry the urban land code.
    pub const fn is_urban(self) -> bool {
        !matches!(self, Self::Rural)
    }
}

/// One commune: official code and name, and coarse figures that the synthesis starts from.
#[derive(Clone, Copy, Debug)]
pub struct Commune {
    /// Official code (General Statistics Office).
    pub code: u32,
    /// Official code of the district unit.
    pub district: u16,
    /// Name without its kind.
    pub name: &'static str,
    /// Ward, rural commune or town.
    pub kind: CommuneKind,
    /// Coarse place of the surroundings, longitude and latitude in hundredths of a degree.
    pub anchor_centideg: [u32; 2],
    /// Coarse area in hectares; shares are what counts.
    pub area_ha: u32,
    /// Coarse registered population; shares are what counts.
    pub register_population: u32,
}

/// One district unit with its official figures.
#[derive(Clone, Copy, Debug)]
pub struct District {
    /// Official code (General Statistics Office).
    pub code: u16,
    /// Name without its kind.
    pub name: &'static str,
    /// Thành phố, thị xã or huyện.
    pub kind: &'static str,
    /// Official area in km².
    pub area_km2: f64,
    /// Ascii name used in file names.
    pub file_name: &'static str,
    /// Code of the commune where the district's seat is.
    pub seat: u32,
}

/// The 12 district units; areas are the official ones (sum 1,668.21 km²).
#[rustfmt::skip]
pub const DISTRICTS: [District; 12] = [
    District { code: 288, name: "Hải Dương", kind: "thành phố", area_km2: 111.64, file_name: "hai_duong", seat: 10525 },
    District { code: 290, name: "Chí Linh", kind: "thành phố", area_km2: 282.91, file_name: "chi_linh", seat: 10549 },
    District { code: 291, name: "Nam Sách", kind: "huyện", area_km2: 111.02, file_name: "nam_sach", seat: 10606 },
    District { code: 292, name: "Kinh Môn", kind: "thị xã", area_km2: 165.33, file_name: "kinh_mon", seat: 10675 },
    District { code: 293, name: "Kim Thành", kind: "huyện", area_km2: 115.05, file_name: "kim_thanh", seat: 10750 },
    District { code: 294, name: "Thanh Hà", kind: "huyện", area_km2: 140.70, file_name: "thanh_ha", seat: 10813 },
    District { code: 295, name: "Cẩm Giàng", kind: "huyện", area_km2: 110.11, file_name: "cam_giang", seat: 10891 },
    District { code: 296, name: "Bình Giang", kind: "huyện", area_km2: 106.15, file_name: "binh_giang", seat: 10945 },
    District { code: 297, name: "Gia Lộc", kind: "huyện", area_km2: 99.70, file_name: "gia_loc", seat: 10999 },
    District { code: 298, name: "Tứ Kỳ", kind: "huyện", area_km2: 165.32, file_name: "tu_ky", seat: 11074 },
    District { code: 299, name: "Ninh Giang", kind: "huyện", area_km2: 136.83, file_name: "ninh_giang", seat: 11203 },
    District { code: 300, name: "Thanh Miện", kind: "huyện", area_km2: 123.45, file_name: "thanh_mien", seat: 11239 },
];

/// Population of the province that the communes' populations are scaled to (about that of 2022–2023).
pub const PROVINCE_POPULATION: u32 = 1_950_000;

/// Official area of the province in km²; also the sum over the 64 units that followed.
pub const PROVINCE_AREA_KM2: f64 = 1668.28;

/// All 207 communes, by district and code: 151 xã, 46 phường, 10 thị trấn.
pub const fn communes() -> &'static [Commune; 207] {
    &COMMUNES
}

/// Position of a district code in [`DISTRICTS`].
pub(crate) fn district_row(code: u16) -> usize {
    DISTRICTS
        .iter()
        .position(|district| district.code == code)
        .expect("every commune names one of the 12 districts")
}

/// Populations of the communes, scaled so that they sum to [`PROVINCE_POPULATION`].
pub(crate) fn populations() -> Vec<u32> {
    let register: u64 = COMMUNES
        .iter()
        .map(|commune| u64::from(commune.register_population))
        .sum();
    COMMUNES
        .iter()
        .map(|commune| {
            (u64::from(commune.register_population) * u64::from(PROVINCE_POPULATION) / register)
                as u32
        })
        .collect()
}
