//! The errors of an import in Vietnamese, side by side with their English in the parent.
#![expect(
    clippy::unnecessary_debug_formatting,
    reason = "quotes set paths apart from the text around them"
)]

use super::{CrsError, ImportError, ReadError, StoreError};

pub(super) fn import(error: &ImportError) -> String {
    match error {
        ImportError::NoSource => "chưa nêu nguồn dữ liệu; hãy nêu ít nhất một tệp".to_owned(),
        ImportError::Read(error) => read(error),
        ImportError::Crs(error) => crs(error),
        ImportError::CrsMissing {
            path,
            extent,
            candidates,
        } => {
            let fits = if candidates.is_empty() {
                "không khớp hệ nào thường dùng ở đây".to_owned()
            } else {
                format!("khớp với nhiều hệ: {}", candidates.join(", "))
            };
            format!(
                "{path:?} không cho biết hệ tọa độ và phạm vi ({extent}) {fits}; hãy nêu bằng --crs, ví dụ --crs EPSG:9209"
            )
        }
        ImportError::CrsWrong {
            path,
            crs,
            extent,
            candidates,
            ..
        } => {
            let advice = if candidates.is_empty() {
                "hãy nêu đúng hệ bằng --crs".to_owned()
            } else {
                format!(
                    "có thể là {}: hãy nêu bằng --crs",
                    candidates.join(" hoặc ")
                )
            };
            format!("{path:?}: tọa độ ({extent}) không khớp với {crs}; {advice}")
        }
        ImportError::MixedSources { first, other, .. } => {
            format!(
                "{first:?} và {other:?} khác loại nên không thể là một lớp; hãy nhập thành hai lớp"
            )
        }
        ImportError::UnknownColumn {
            name,
            nearest,
            known,
        } => {
            let nearest = nearest.as_ref();
            let nearest =
                nearest.map_or_else(String::new, |nearest| format!("; có phải {nearest:?}?"));
            format!(
                "không có cột {name:?}{nearest}; các cột: {}",
                known.join(", ")
            )
        }
        ImportError::RenameRefused { name, why_vi, .. } => {
            format!("không thể đổi tên cột thành {name:?}: {why_vi}; hãy chọn tên khác")
        }
        ImportError::Raster { path, detail } => {
            format!("{path:?} không thể thành lớp ảnh ({detail})")
        }
        ImportError::Cancelled => "đã hủy việc nhập; chưa công bố gì".to_owned(),
        ImportError::Store(error) => store(error),
    }
}

fn read(error: &ReadError) -> String {
    match error {
        ReadError::Unreadable { path, source, .. } => {
            let why = match source.kind() {
                std::io::ErrorKind::NotFound => "không có tệp này",
                std::io::ErrorKind::PermissionDenied => "không có quyền đọc",
                _ => "hệ thống tệp báo lỗi",
            };
            format!("không đọc được {path:?}: {why}; hãy kiểm tra đường dẫn và quyền đọc")
        }
        ReadError::NotGis { path, detail } => format!(
            "{path:?} không phải tệp GIS đọc được ({detail}); hãy dùng Shapefile, GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, CSV hoặc GeoTIFF"
        ),
        ReadError::Damaged { path, detail } => {
            format!("{path:?} bị hỏng hoặc bị cắt cụt ({detail}); hãy chép lại từ nguồn")
        }
        ReadError::NoAnswer { address, detail } => format!(
            "{address:?} không trả về đối tượng nào ({detail}); hãy kiểm tra địa chỉ, tài khoản, mật khẩu và máy chủ"
        ),
        ReadError::Unplaced { path } => format!(
            "{path:?} là ảnh không cho biết vị trí; hãy dùng GeoTIFF, hoặc đặt tệp .tfw, .pgw, .jgw bên cạnh"
        ),
        ReadError::SeveralLayers { path, names } => {
            format!(
                "{path:?} có {} lớp: {}; hãy chọn một bằng --source-layer TÊN",
                names.len(),
                names.join(", ")
            )
        }
        ReadError::NoSuchLayer { path, name, names } => {
            format!(
                "{path:?} không có lớp {name:?}; chỉ có: {}",
                names.join(", ")
            )
        }
        ReadError::FolderOfSeveral {
            path, first, other, ..
        } => format!(
            "các tệp trong {path:?} không phải một lớp: {first} và {other} khác nhau về thuộc tính hoặc định dạng; hãy nêu các tệp của một lớp, ví dụ {}",
            path.join("*.shp").display()
        ),
        ReadError::UnsupportedGeometry { path, detail } => {
            format!("{path:?}: {detail}; hãy ghi lại với hình học dạng WKB")
        }
        ReadError::Proprietary { path, format, .. } => {
            format!(
                "{path:?} là {format}, không thư viện tự do nào đọc được; hãy xin bản DXF, GeoPackage hoặc GML"
            )
        }
    }
}

fn crs(error: &CrsError) -> String {
    match error {
        CrsError::Unknown { value, .. } => {
            format!(
                "không có hệ tọa độ {value:?}; ví dụ đúng: EPSG:9209 (VN-2000 múi 3°, kinh tuyến trục 105°30'), EPSG:3405, EPSG:4326"
            )
        }
        CrsError::NotHorizontal { value, name } => {
            format!("{value:?} ({name}) không có tọa độ phẳng; hãy dùng hệ như EPSG:9209")
        }
        CrsError::NoTransformation { from, to, detail } => {
            format!("không có phép chuyển từ {from} sang {to} ({detail})")
        }
    }
}

fn store(error: &StoreError) -> String {
    match error {
        StoreError::NoTwin { dir } => format!(
            "không có bản sao số ở {dir:?}; hãy tạo bằng `lucdau demo` hoặc `lucdau import`"
        ),
        StoreError::NotATwin { dir } => {
            format!("{dir:?} không phải thư mục bản sao số; hãy dùng thư mục trống hoặc mới")
        }
        StoreError::Locked { dir, holder } => {
            format!("{dir:?} đang được tiến trình khác ghi ({holder}); hãy đợi xong rồi thử lại")
        }
        StoreError::DiskFull { path } => {
            format!(
                "đĩa đã đầy, không ghi được {path:?}; hãy giải phóng chỗ rồi thử lại, bản đã công bố vẫn nguyên"
            )
        }
        StoreError::PermissionDenied { path, .. } => {
            format!("không có quyền với {path:?}; hãy kiểm tra chủ sở hữu và quyền của thư mục")
        }
        StoreError::UnknownLayer { layer, .. } => format!("không có lớp {layer}"),
        StoreError::UnknownVersion { layer, version, .. } => {
            format!("lớp {layer} không có phiên bản {version}")
        }
        StoreError::Removed {
            layer,
            version,
            at,
            known,
        } => format!(
            "lớp {layer} {version} đã được dọn ngày {} theo chính sách lưu giữ; còn giữ: {}",
            at.format("%d/%m/%Y"),
            known.join(", ")
        ),
        StoreError::NotYet { layer, first, .. } => format!(
            "lúc đó chưa có lớp {layer}; bản đầu tiên công bố ngày {}",
            first.format("%d/%m/%Y")
        ),
        StoreError::UnknownAttribute {
            layer,
            attribute,
            known,
        } => format!(
            "lớp {layer} không có thuộc tính {attribute:?} trong cả hai phiên bản; có: {}",
            known.join(", ")
        ),
        StoreError::TooManyClasses { attribute, most } => format!(
            "thuộc tính {attribute:?} có hơn {most} giá trị; hãy nhóm theo thuộc tính ít giá trị, ví dụ mã loại đất"
        ),
        StoreError::Damaged {
            layer,
            version,
            path,
            ..
        } => format!(
            "tệp {path:?} của lớp {layer} {version} bị hỏng; hãy trở lại phiên bản cũ (lucdau rollback) hoặc nhập lại"
        ),
        StoreError::Newer { dir, .. } => {
            format!("bản sao số {dir:?} do chương trình mới hơn tạo; hãy dùng lucdau mới hơn")
        }
        other => remote(other),
    }
}

fn remote(error: &StoreError) -> String {
    match error {
        StoreError::BadAddress { url } => format!(
            "{url:?} không phải địa chỉ bản sao số; ví dụ đúng: s3://bucket/prefix hoặc file:///srv/twin"
        ),
        StoreError::NoRemote { url } => {
            format!("chưa có bản sao số ở {url}; hãy gửi bằng `lucdau push --twin DIR --to {url}`")
        }
        StoreError::Conflict { url, .. } => format!(
            "có người khác vừa công bố lên {url}; chưa công bố gì: hãy pull vào thư mục mới, nhập lại phần thiếu rồi push"
        ),
        StoreError::Diverged { url } => format!(
            "bản sao số này và {url} đã rẽ hai hướng, mỗi bên có bản công bố mà bên kia không có; hãy pull vào thư mục mới rồi nhập lại phần thiếu"
        ),
        StoreError::Remote { url, .. } => {
            format!("không truy cập được {url}; hãy kiểm tra địa chỉ, mạng và các biến AWS_…")
        }
        other => other.to_string(),
    }
}
