//! Attribute encodings: TCVN3 without a `.cpg` in two districts, UTF-8 with one in the others.

use datasets::{DISTRICTS, communes};

use crate::{province, read};

/// TCVN 5712:1993 VN3, written down independently of the crate: byte and letter, as `iconv -f TCVN5712-1` decodes them.
const TCVN3: &str = "A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ A8ă A9â AAê ABô ACơ ADư AEđ B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ C6ặ C7ầ C8ẩ C9ẫ \
CAấ CBậ CCè CEẻ CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ EBở ECỡ EDớ \
EEợ EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ";

fn decode(bytes: &[u8]) -> String {
    let letter = |byte: u8| -> char {
        if byte.is_ascii() {
            return char::from(byte);
        }
        let entry = TCVN3
            .split_whitespace()
            .find(|entry| entry[..2] == format!("{byte:02X}"))
            .unwrap_or_else(|| panic!("byte {byte:02X} is no letter"));
        entry[2..].chars().next().unwrap()
    };
    bytes.iter().map(|&byte| letter(byte)).collect()
}

#[test]
fn the_table_of_this_test_decodes_a_known_text() {
    assert_eq!(decode(b"H\xb6i D\xad\xacng"), "Hải Dương");
}

#[test]
fn two_districts_are_tcvn3_without_cpg_and_the_rest_utf8_with_cpg() {
    let folder = province::folder().join("parcels");
    let mut tcvn3 = Vec::new();
    let mut has_u_horn = false;
    for district in &DISTRICTS {
        let path = folder.join(district.file_name).with_extension("shp");
        let is_tcvn3 = !path.with_extension("cpg").is_file();
        for row in read::shapefile(&path) {
            let bytes = &row.attributes["dia_danh"];
            has_u_horn |= is_tcvn3 && bytes.contains(&0xad);
            let text = if is_tcvn3 {
                decode(bytes)
            } else {
                String::from_utf8(bytes.clone()).unwrap()
            };
            let code: u32 = row.text("ma_xa").parse().unwrap();
            let commune = communes()
                .iter()
                .find(|commune| commune.code == code)
                .unwrap();
            assert_eq!(commune.district, district.code);
            let unit = format!("{} {}", commune.kind.vietnamese(), commune.name);
            assert!(
                text.ends_with(&unit) || text.starts_with("KCN") || text.starts_with("CCN"),
                "{text}"
            );
        }
        if is_tcvn3 {
            tcvn3.push(district.code);
        }
    }
    assert_eq!(tcvn3, [292, 300]);
    assert!(has_u_horn, "the letter ư (0xAD) occurs");
}
