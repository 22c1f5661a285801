//! The kinds of findings, each with how much it matters and its text in both languages.

use serde::{Deserialize, Serialize};

use super::Severity;

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// The CRS was not given and was found by trying the usual ones.
    CrsGuessed,
    /// The CRS given with the request replaced the source's own.
    CrsOverridden,
    /// The layer lies far from Viet Nam.
    CrsFarAway,
    /// The text encoding was not given and was found from the bytes.
    EncodingGuessed,
    /// The encoding the source declares does not fit its bytes.
    EncodingWrong,
    /// Text held bytes that are no character.
    TextUndecodable,
    /// Text was in decomposed Unicode.
    TextDecomposed,
    /// A feature has no geometry.
    GeometryMissing,
    /// A feature's geometry is empty.
    GeometryEmpty,
    /// A geometry's bytes are no geometry.
    GeometryUnreadable,
    /// A coordinate is NaN or infinite.
    CoordinateNotFinite,
    /// A coordinate lies where the transformation has no answer.
    CoordinateUntransformable,
    /// A polygon crosses itself or its rings cross.
    PolygonInvalid,
    /// A polygon that could not be made valid.
    PolygonUnrepairable,
    /// A ring did not end where it began.
    RingUnclosed,
    /// A ring or line has too few different points.
    TooFewPoints,
    /// A polygon covers no area.
    ZeroArea,
    /// Z or M values were left out.
    DimensionDropped,
    /// Curves became lines of short segments.
    CurveLinearised,
    /// The layer holds several kinds of geometry.
    GeometryMixed,
    /// An attribute has another name than in the source.
    AttributeRenamed,
    /// Sources disagree on an attribute's type.
    AttributeWidened,
    /// A value is not of its attribute's type.
    AttributeUnreadable,
    /// A land-use code that was never in the list.
    LandUseUnknown,
    /// A land-use code that is not in the list of the day.
    LandUseNotInForce,
    /// Land-use codes in small letters or with spaces.
    LandUseHealed,
    /// Several land-use codes in one value.
    LandUseMixed,
    /// A code that no unit ever had.
    UnitCodeUnknown,
    /// A code of a unit that is not there on the day.
    UnitOfOtherDay,
    /// A code and a name that are of different units.
    UnitContradiction,
    /// A name that several units have.
    UnitNameAmbiguous,
    /// A name that no unit has.
    UnitNameUnknown,
    /// A key that an earlier feature has.
    KeyDuplicate,
    /// A feature that is there already, with the same geometry and attributes.
    FeatureDuplicate,
    /// A column's name that seems cut off.
    NameTruncated,
    /// A column of text that holds numbers or dates.
    TextTyped,
    /// A text among numbers or dates that is none.
    TextNotTyped,
    /// A column of numbers or dates that can be read in two ways.
    TextAmbiguous,
    /// A number or date that stands for "no data".
    ValueSentinel,
    /// An area below zero.
    AreaNegative,
    /// A date before 1900 or after 2100.
    DateFarOff,
    /// An interrupted import of the same sources was gone on with.
    ImportResumed,
    /// The source has no feature.
    LayerEmpty,
    /// Only the first band of a raster is used.
    BandsLeftOut,
    /// The driver said something worth knowing.
    DriverWarning,
}

impl FindingCode {
    /// Severity, Vietnamese text, English text: what it is and what to do.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(super) fn explanation(self) -> (Severity, &'static str, &'static str) {
        use Severity::{Error, Info, Warning};
        match self {
            Self::CrsGuessed => (
                Warning,
                "nguồn không cho biết hệ tọa độ; đã suy ra từ phạm vi: hãy kiểm tra trên bản đồ hoặc nêu --crs",
                "the source does not say its CRS; it was inferred from the extent: check it on the map or give --crs",
            ),
            Self::CrsOverridden => (
                Warning,
                "hệ tọa độ nêu trong lệnh khác hệ ghi trong tệp; đã dùng hệ nêu trong lệnh",
                "the CRS given in the request differs from the file's own; the one given was used",
            ),
            Self::CrsFarAway => (
                Warning,
                "dữ liệu nằm ngoài vùng Việt Nam: có thể sai hệ tọa độ hoặc đảo X/Y, hãy kiểm tra và nêu --crs",
                "the data lies outside Viet Nam: the CRS may be wrong or X and Y swapped, check and give --crs",
            ),
            Self::EncodingGuessed => (
                Info,
                "tệp không cho biết bảng mã chữ; đã nhận ra từ các byte, nếu chữ sai hãy nêu --encoding",
                "the file does not say its text encoding; it was recognised from the bytes, give --encoding if text looks wrong",
            ),
            Self::EncodingWrong => (
                Warning,
                "bảng mã tệp khai báo không khớp với các byte; đã dùng bảng mã khớp hơn",
                "the encoding the file declares does not fit its bytes; the one that fits was used",
            ),
            Self::TextUndecodable => (
                Warning,
                "có byte không phải ký tự trong bảng mã này, đã thay bằng �; hãy thử --encoding khác",
                "some bytes are no character in this encoding and became �; try another --encoding",
            ),
            Self::TextDecomposed => (
                Info,
                "chữ Unicode tổ hợp đã được chuyển về dựng sẵn (NFC)",
                "decomposed Unicode text was composed (NFC)",
            ),
            Self::GeometryMissing => (
                Warning,
                "đối tượng không có hình học; vẫn giữ dòng thuộc tính, hãy bổ sung hình học ở nguồn",
                "features without geometry; their rows are kept, add the geometry at the source",
            ),
            Self::GeometryEmpty => (
                Warning,
                "đối tượng có hình học rỗng; vẫn giữ dòng thuộc tính, hãy bổ sung hình học ở nguồn",
                "features with an empty geometry; their rows are kept, add the geometry at the source",
            ),
            Self::GeometryUnreadable => (
                Error,
                "hình học không đọc được; đã để riêng vào quarantine.parquet, hãy sửa ở nguồn rồi nhập lại",
                "unreadable geometry; set aside in quarantine.parquet, mend it at the source and import again",
            ),
            Self::CoordinateNotFinite => (
                Error,
                "tọa độ NaN hoặc vô cực; đã để riêng vào quarantine.parquet, hãy sửa ở nguồn rồi nhập lại",
                "NaN or infinite coordinates; set aside in quarantine.parquet, mend them at the source and import again",
            ),
            Self::CoordinateUntransformable => (
                Error,
                "tọa độ không chuyển được sang kinh vĩ độ; đã để riêng vào quarantine.parquet, hãy kiểm tra hệ tọa độ",
                "coordinates that cannot become longitude and latitude; set aside in quarantine.parquet, check the CRS",
            ),
            Self::PolygonInvalid => (
                Warning,
                "vùng tự cắt hoặc vành chồng nhau; đã sửa bằng MakeValid (GEOS), hãy xem diện tích trước và sau",
                "polygons that cross themselves; repaired with MakeValid (GEOS), see the areas before and after",
            ),
            Self::PolygonUnrepairable => (
                Error,
                "vùng không sửa được; đã để riêng vào quarantine.parquet, hãy vẽ lại ở nguồn",
                "polygons that cannot be repaired; set aside in quarantine.parquet, draw them again at the source",
            ),
            Self::RingUnclosed => (
                Warning,
                "vành không khép kín; đã nối điểm cuối với điểm đầu",
                "rings that do not end where they begin; closed",
            ),
            Self::TooFewPoints => (
                Error,
                "đường hoặc vành có quá ít điểm khác nhau; đã để riêng vào quarantine.parquet",
                "lines or rings with too few different points; set aside in quarantine.parquet",
            ),
            Self::ZeroArea => (
                Error,
                "vùng có diện tích bằng 0; đã để riêng vào quarantine.parquet, hãy sửa ở nguồn",
                "polygons of zero area; set aside in quarantine.parquet, mend them at the source",
            ),
            Self::DimensionDropped => (
                Info,
                "giá trị Z hoặc M đã được bỏ; lớp chỉ giữ tọa độ phẳng",
                "Z or M values were left out; layers keep plane coordinates only",
            ),
            Self::CurveLinearised => (
                Info,
                "cung cong đã được thay bằng các đoạn thẳng ngắn",
                "curves became short straight segments",
            ),
            Self::GeometryMixed => (
                Info,
                "lớp có nhiều loại hình học; nên tách thành các lớp riêng để vẽ và phân tích",
                "the layer holds several kinds of geometry; separate layers draw and analyse better",
            ),
            Self::AttributeRenamed => (
                Info,
                "tên cột được đổi thành chữ thường, dựng sẵn, không trùng",
                "columns renamed to lower case, composed, unique names",
            ),
            Self::AttributeWidened => (
                Info,
                "các nguồn khác nhau về kiểu của cột; đã dùng kiểu chung",
                "the sources disagree on a column's type; a common type was used",
            ),
            Self::AttributeUnreadable => (
                Warning,
                "giá trị không đúng kiểu của cột đã thành rỗng; hãy sửa ở nguồn",
                "values not of their column's type became null; mend them at the source",
            ),
            Self::LandUseUnknown => (
                Warning,
                "mã loại đất không có trong danh mục; giữ nguyên, hãy sửa ở nguồn theo gợi ý",
                "land-use codes that are not in the list; kept as they are, mend them at the source as suggested",
            ),
            Self::LandUseNotInForce => (
                Warning,
                "mã loại đất không có hiệu lực vào ngày đối chiếu; giữ nguyên, hãy cập nhật mã hoặc nêu --date",
                "land-use codes that are not in force on the day; kept as they are, bring them up to date or give --date",
            ),
            Self::LandUseHealed => (
                Info,
                "mã loại đất viết thường hoặc có dấu cách đã được viết lại bằng chữ hoa, nối bằng +",
                "land-use codes in small letters or with spaces were written in capitals, joined by +",
            ),
            Self::LandUseMixed => (
                Info,
                "giá trị có nhiều mã loại đất; cột …_list giữ chúng thành danh sách, ví dụ array_has(ma_dat_list, 'LUK')",
                "values with several land-use codes; a column …_list has them as lists, for example array_has(ma_dat_list, 'LUK')",
            ),
            Self::UnitCodeUnknown => (
                Warning,
                "mã đơn vị hành chính không có trong danh mục; giữ nguyên, hãy sửa ở nguồn",
                "codes of administrative units that are not in the register; kept as they are, mend them at the source",
            ),
            Self::UnitOfOtherDay => (
                Warning,
                "mã đơn vị hành chính có hiệu lực vào ngày khác ngày đối chiếu; hãy nêu --date hoặc chuyển sang đơn vị mới",
                "codes of units that are in force on another day; give --date or restate the table on the new units",
            ),
            Self::UnitContradiction => (
                Warning,
                "mã và tên đơn vị hành chính không khớp; lấy theo mã, hãy kiểm tra ở nguồn",
                "code and name are of different administrative units; the code counts, check them at the source",
            ),
            Self::UnitNameAmbiguous => (
                Warning,
                "nhiều đơn vị hành chính cùng tên, không đoán; hãy thêm cột mã hoặc cột cấp trên",
                "several administrative units have this name and none is guessed; add a column of codes or of the unit above",
            ),
            Self::UnitNameUnknown => (
                Warning,
                "không có đơn vị hành chính nào tên này vào ngày đối chiếu; hãy sửa tên hoặc nêu --date",
                "no administrative unit has this name on the day; mend the name or give --date",
            ),
            Self::KeyDuplicate => (
                Warning,
                "khóa trùng với đối tượng trước (so bằng mã băm 64 bit); vẫn giữ cả hai, hãy kiểm tra ở nguồn",
                "keys that an earlier feature has (compared by 64-bit hashes); both are kept, check them at the source",
            ),
            Self::FeatureDuplicate => (
                Warning,
                "đối tượng trùng hoàn toàn với đối tượng trước (so bằng mã băm 64 bit); vẫn giữ cả hai, hãy xóa ở nguồn",
                "features like an earlier one in geometry and all attributes (compared by 64-bit hashes); both are kept, delete one at the source",
            ),
            Self::NameTruncated => (
                Info,
                "tên cột có thể bị Shapefile cắt còn 10 ký tự; hãy dùng --rename cũ=mới hoặc xin bản GeoPackage",
                "column names that a Shapefile may have cut off at 10 bytes; use --rename old=new or ask for a GeoPackage",
            ),
            Self::TextTyped => (
                Info,
                "cột chữ chứa số hoặc ngày; cột chữ giữ nguyên, giá trị nằm ở cột …_num hoặc …_date",
                "columns of text that hold numbers or dates; the text is kept, the values are in columns …_num or …_date",
            ),
            Self::TextNotTyped => (
                Warning,
                "chữ không đọc được thành số hoặc ngày như các dòng khác; cột …_num hoặc …_date rỗng ở đó, cột chữ giữ nguyên",
                "text that is no number or date like the others; null in …_num or …_date, the column of text keeps it",
            ),
            Self::TextAmbiguous => (
                Warning,
                "số hoặc ngày dạng chữ hiểu được hai cách, nên giữ là chữ; hãy xin nguồn ghi 1234.5 và 2024-05-31",
                "numbers or dates as text that can be read in two ways stay text; ask for 1234.5 and 2024-05-31 at the source",
            ),
            Self::ValueSentinel => (
                Info,
                "giá trị thường dùng thay cho \"không có dữ liệu\"; hãy loại ra khi tính toán",
                "values that mostly stand for \"no data\"; leave them out of sums and means",
            ),
            Self::AreaNegative => (
                Warning,
                "diện tích âm; hãy kiểm tra ở nguồn",
                "areas below zero; check them at the source",
            ),
            Self::DateFarOff => (
                Warning,
                "ngày trước năm 1900 hoặc sau năm 2100; hãy kiểm tra ở nguồn",
                "dates before 1900 or after 2100; check them at the source",
            ),
            Self::ImportResumed => (
                Info,
                "lần nhập trước các nguồn này bị ngắt; đã tiếp tục từ số đối tượng đã đọc",
                "an earlier import of these sources was interrupted; it was gone on with from the features it had read",
            ),
            Self::LayerEmpty => (
                Warning,
                "nguồn không có đối tượng nào; lớp rỗng vẫn được công bố, hãy kiểm tra nguồn",
                "the source has no feature; an empty layer is published all the same, check the source",
            ),
            Self::BandsLeftOut => (
                Info,
                "chỉ dùng kênh đầu tiên của ảnh",
                "only the first band of the raster is used",
            ),
            Self::DriverWarning => (
                Info,
                "trình đọc tệp có nhắc",
                "the file's driver had something to say",
            ),
        }
    }
}
