//! Names of streets and villages, drawn from common ones so that a map reads like a Vietnamese map.

use crate::random::{Random, mix};

#[rustfmt::skip]
const STREETS: [&str; 60] = [
    "Đường Nguyễn Lương Bằng", "Phố Trần Hưng Đạo", "Đường Lê Thanh Nghị", "Phố Quang Trung", "Đường Điện Biên Phủ", "Phố Bạch Đằng",
    "Đường Thanh Niên", "Phố Phạm Ngũ Lão", "Đường Nguyễn Trãi", "Đại lộ Hồ Chí Minh", "Đường Trường Chinh", "Phố Ngô Quyền",
    "Đường Hồng Quang", "Phố Tuy Hòa", "Đường Bùi Thị Cúc", "Phố Mạc Thị Bưởi", "Đường Nguyễn Hữu Cầu", "Phố Hoàng Văn Thụ",
    "Đường Yết Kiêu", "Phố Tam Giang", "Đường Chi Lăng", "Phố Hai Bà Trưng", "Đường Trần Phú", "Phố Sơn Hòa",
    "Đường Lý Thường Kiệt", "Phố Đồng Xuân", "Đường Phạm Hồng Thái", "Phố Bắc Kinh", "Đường An Ninh", "Phố Cựu Thành",
    "Đường Nguyễn Văn Linh", "Phố Vũ Hựu", "Đường Tuệ Tĩnh", "Phố Đỗ Ngọc Du", "Đường Phan Đăng Lưu", "Phố Nguyễn Thượng Mẫn",
    "Đường Bình Lộc", "Phố Canh Nông", "Đường Trần Nguyên Đán", "Phố Chu Văn An", "Đường Thống Nhất", "Phố Đinh Tiên Hoàng",
    "Đường Lê Lợi", "Phố Nguyễn Du", "Đường Hoàng Hoa Thám", "Phố Phan Bội Châu", "Đường Nguyễn Thị Duệ", "Phố Lương Thế Vinh",
    "Đường Ngô Gia Tự", "Phố Đoàn Kết", "Đường Hùng Vương", "Phố Hòa Bình", "Đường Nguyễn Chí Thanh", "Phố Cao Thắng",
    "Đường Lê Hồng Phong", "Phố Nguyễn Công Trứ", "Đường Trương Mỹ", "Phố Xuân Đài", "Đường Đức Minh", "Phố Bà Triệu",
];

const FIRST: [&str; 28] = [
    "An",
    "Bình",
    "Cẩm",
    "Đại",
    "Đông",
    "Đồng",
    "Hà",
    "Hòa",
    "Hoàng",
    "Kim",
    "La",
    "Lai",
    "Mai",
    "Ngọc",
    "Nội",
    "Phú",
    "Phương",
    "Quảng",
    "Tân",
    "Thanh",
    "Thái",
    "Thượng",
    "Tiên",
    "Trung",
    "Vạn",
    "Văn",
    "Xuân",
    "Vĩnh",
];

const SECOND: [&str; 26] = [
    "Bảng", "Cầu", "Đông", "Điền", "Giang", "Hải", "Khê", "Lai", "Lâm", "Liễu", "Lộc", "Mỹ",
    "Phong", "Phúc", "Quan", "Sơn", "Thịnh", "Thọ", "Tiến", "Trại", "Xá", "Xuyên", "Tràng", "Đoài",
    "Thắng", "Nghĩa",
];

/// The name of a street by its line in the lattice; the inner city has its own, other towns start elsewhere in the list.
pub(crate) fn street(line: i32, inner_city: bool, commune_code: u32) -> String {
    let town = if inner_city {
        0
    } else {
        u64::from(commune_code)
    };
    let index = mix(town.wrapping_mul(1009) ^ line as u64) as usize % STREETS.len();
    STREETS[index].to_owned()
}

/// Names of the villages (thôn) or quarters (khu phố) of a commune, all different.
pub(crate) fn villages(is_urban: bool, count: usize, random: &mut Random) -> Vec<String> {
    if is_urban {
        return (1..=count)
            .map(|number| format!("Khu phố {number}"))
            .collect();
    }
    let mut names: Vec<String> = Vec::with_capacity(count);
    while names.len() < count {
        let name = format!("Thôn {} {}", random.pick(&FIRST), random.pick(&SECOND));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
