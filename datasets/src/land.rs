//! Land codes of the cadastre and of land-use plans (TT 08/2024/TT-BTNMT).

/// A land code, or two in one parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) &'static str);

impl Code {
    pub(crate) const PADDY: Self = Self("LUC");
    pub(crate) const CROPS: Self = Self("HNK");
    pub(crate) const ORCHARD: Self = Self("CLN");
    pub(crate) const FISH: Self = Self("NTS");
    pub(crate) const FOREST: Self = Self("RSX");
    pub(crate) const CEMETERY: Self = Self("NTD");
    pub(crate) const RURAL_HOME: Self = Self("ONT");
    pub(crate) const RURAL_HOME_GARDEN: Self = Self("ONT+CLN");
    pub(crate) const URBAN_HOME: Self = Self("ODT");
    pub(crate) const INDUSTRY: Self = Self("SKK");
    pub(crate) const CLUSTER: Self = Self("SKN");
    pub(crate) const ROAD: Self = Self("DGT");
    pub(crate) const IRRIGATION: Self = Self("DTL");
    pub(crate) const OFFICE: Self = Self("TSC");
    pub(crate) const SCHOOL: Self = Self("DGD");
    pub(crate) const HEALTH: Self = Self("DYT");
    pub(crate) const MARKET: Self = Self("DCH");
    pub(crate) const HALL: Self = Self("DSH");
    pub(crate) const PARK: Self = Self("DKV");

    /// The code a plan gives to land that is to stay as it is: the first part of a mixed code.
    pub(crate) fn planned(self) -> Self {
        match self {
            Self::RURAL_HOME_GARDEN => Self::RURAL_HOME,
            other => other,
        }
    }

    pub(crate) fn is_home(self) -> bool {
        matches!(
            self,
            Self::RURAL_HOME | Self::RURAL_HOME_GARDEN | Self::URBAN_HOME
        )
    }

    /// What a plan calls the land.
    pub(crate) fn vietnamese(self) -> &'static str {
        match self.0 {
            "LUC" => "Đất chuyên trồng lúa",
            "HNK" => "Đất trồng cây hằng năm khác",
            "CLN" => "Đất trồng cây lâu năm",
            "NTS" => "Đất nuôi trồng thủy sản",
            "RSX" => "Đất rừng sản xuất",
            "NTD" => "Đất nghĩa trang",
            "ONT" => "Đất ở tại nông thôn",
            "ODT" => "Đất ở tại đô thị",
            "SKK" => "Đất khu công nghiệp",
            "SKN" => "Đất cụm công nghiệp",
            "DGT" => "Đất công trình giao thông",
            "DTL" => "Đất công trình thủy lợi",
            "TSC" => "Đất xây dựng trụ sở cơ quan",
            "DGD" => "Đất xây dựng cơ sở giáo dục và đào tạo",
            "DYT" => "Đất xây dựng cơ sở y tế",
            "DCH" => "Đất chợ",
            "DSH" => "Đất sinh hoạt cộng đồng",
            _ => "Đất khu vui chơi, giải trí công cộng",
        }
    }
}
