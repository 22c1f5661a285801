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
    /// The coordinates do not fit the CRS the source declares; the only one that fits was used.
    CrsReplaced,
    /// The source's CRS was believed, but another one would put the data into the province.
    CrsDoubtful,
    /// X and Y were exchanged in the whole source.
    AxesSwapped,
    /// The coordinates were in another unit of length.
    UnitsScaled,
    /// The source's definition of VN-2000 lacks the published datum shift or has another.
    DatumShiftReplaced,
    /// The way to WGS 84 is less exact than a metre.
    CrsInexact,
    /// The text encoding was not given and was found from the bytes.
    EncodingGuessed,
    /// The encoding the source declares does not fit its bytes.
    EncodingWrong,
    /// Text held bytes that are no character.
    TextUndecodable,
    /// Text was in decomposed Unicode.
    TextDecomposed,
    /// Names lack their capitals, which a font of the source showed.
    CapitalsLost,
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
    /// A repair changed a feature's area by more than 1 % and 1 m².
    AreaChanged,
    /// A boundary went out and came back on itself.
    SpikeRemoved,
    /// A part of a feature had no area or length.
    PartRemoved,
    /// A ring did not end where it began.
    RingUnclosed,
    /// A position repeated the one before.
    PositionsRepeated,
    /// A ring ran the other way round than rings are stored.
    RingTurned,
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
    /// The polygons of the layer were examined as a partition.
    PartitionChecked,
    /// Two polygons of a partition cover the same ground.
    PartitionOverlap,
    /// Ground between the polygons of a partition that none covers.
    PartitionGap,
    /// A polygon of a partition is too narrow to be meant.
    PartitionSliver,
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
    /// Its word in JSON and in the `reason` of what is set aside.
    pub(crate) fn word(self) -> Option<String> {
        let word = serde_json::to_value(self).ok()?;
        word.as_str().map(str::to_owned)
    }

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
            Self::CrsReplaced => (
                Warning,
                "tọa độ không thể thuộc hệ ghi trong tệp; đã dùng hệ duy nhất phù hợp: hãy kiểm tra trên bản đồ hoặc nêu --crs",
                "the coordinates cannot be in the CRS the file names; the only one that fits was used: check it on the map or give --crs",
            ),
            Self::CrsDoubtful => (
                Warning,
                "dữ liệu nằm ngoài tỉnh theo hệ ghi trong tệp nhưng trong tỉnh theo hệ khác; đã giữ hệ ghi trong tệp: nếu sai hãy nêu --crs",
                "in the file's own CRS the data lies outside the province, in another one inside; the file's own was kept: if it is wrong give --crs",
            ),
            Self::AxesSwapped => (
                Warning,
                "X và Y bị đảo (X là Bắc, Y là Đông, hoặc vĩ độ trước kinh độ); đã đổi lại",
                "X and Y were exchanged (X north, Y east, or latitude before longitude); put right",
            ),
            Self::UnitsScaled => (
                Warning,
                "tọa độ dùng đơn vị khác mét (mm, cm hoặc km); đã đổi ra mét",
                "coordinates were not in metres (but mm, cm or km); converted to metres",
            ),
            Self::DatumShiftReplaced => (
                Warning,
                "định nghĩa VN-2000 trong tệp thiếu hoặc sai tham số chuyển sang WGS 84; đã dùng tham số công bố (QĐ 05/2007/QĐ-BTNMT)",
                "the file's definition of VN-2000 lacks the shift to WGS 84 or has it wrong; the published parameters were used (EPSG:6960)",
            ),
            Self::CrsInexact => (
                Warning,
                "phép chuyển từ hệ này sang WGS 84 kém chính xác: không dùng cho ranh giới thửa đất",
                "the way from this CRS to WGS 84 is not exact: do not use it for parcel boundaries",
            ),
            Self::CapitalsLost => (
                Info,
                "tên viết toàn chữ thường: có thể dùng phông chữ hoa (.VnTimeH); chữ được giữ nguyên",
                "names in small letters only: a font of capitals (.VnTimeH) may have shown them; text is kept as it is",
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
                "vùng tự cắt, lỗ nằm ngoài hoặc vành chồng nhau; đã sửa bằng MakeValid (GEOS), hãy xem diện tích trước và sau",
                "polygons that cross themselves, holes outside or rings that overlap; repaired with MakeValid (GEOS), see the areas before and after",
            ),
            Self::PolygonUnrepairable => (
                Error,
                "vùng không sửa được; đã để riêng vào quarantine.parquet, hãy vẽ lại ở nguồn",
                "polygons that cannot be repaired; set aside in quarantine.parquet, draw them again at the source",
            ),
            Self::AreaChanged => (
                Warning,
                "việc sửa làm diện tích thay đổi quá 1 % và 1 m² (trên ellipsoid); hãy đối chiếu với hồ sơ và xem trên bản đồ",
                "the repair changed the area by more than 1 % and 1 m² (on the ellipsoid); compare with the records and look at the map",
            ),
            Self::SpikeRemoved => (
                Warning,
                "vùng có gai (ranh giới đi ra rồi quay lại, góc dưới 1° và hẹp hơn 1 cm); đã bỏ đỉnh gai",
                "polygons with spikes (the boundary goes out and back at less than 1°, within 1 cm); the tips were removed",
            ),
            Self::PartRemoved => (
                Warning,
                "đối tượng có phần không có diện tích hoặc chiều dài; đã bỏ phần đó, giữ các phần còn lại",
                "features with a part of no area or length; that part was removed, the others are kept",
            ),
            Self::RingUnclosed => (
                Warning,
                "vành không khép kín; đã nối điểm cuối với điểm đầu",
                "rings that do not end where they begin; closed",
            ),
            Self::PositionsRepeated => (
                Info,
                "đỉnh trùng liên tiếp đã được bỏ",
                "positions that repeat the one before were removed",
            ),
            Self::RingTurned => (
                Info,
                "chiều vành đã đổi thành ngược chiều kim đồng hồ cho vành ngoài (Shapefile vẽ thuận chiều)",
                "rings turned to counter-clockwise exteriors, as stored (a Shapefile draws them clockwise)",
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
            Self::PartitionChecked => (
                Info,
                "số vùng đã kiểm tra về chồng lấn, khe hở và mảnh vụn",
                "polygons examined for overlaps, gaps and slivers",
            ),
            Self::PartitionOverlap => (
                Warning,
                "cặp vùng chồng lên nhau (hơn 0,5 m² và rộng hơn 5 cm); xem bảng và lớp _quarantine trên bản đồ, sửa ở nguồn",
                "pairs of polygons that overlap (by more than 0.5 m² and 5 cm); see the _quarantine layer on the map, mend at the source",
            ),
            Self::PartitionGap => (
                Warning,
                "khe hở giữa các vùng (từ 0,5 m² đến 1 ha, rộng hơn 5 cm); xem lớp _quarantine trên bản đồ, sửa ở nguồn",
                "gaps between polygons (0.5 m² to 1 ha, wider than 5 cm); see the _quarantine layer on the map, mend at the source",
            ),
            Self::PartitionSliver => (
                Warning,
                "vùng hẹp hơn 0,5 m (2 × diện tích / chu vi): có thể là mảnh vụn do số hóa; xem lớp _quarantine trên bản đồ",
                "polygons narrower than 0.5 m (2 × area / perimeter), perhaps slivers of digitising; see the _quarantine layer on the map",
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
