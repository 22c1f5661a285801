use super::*;

/// The 67 lower-case letters of Vietnamese beyond ASCII.
const LETTERS: &str = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ";

const NAMES: [&str; 12] = [
    "Hải Dương",
    "Chí Linh",
    "Kinh Môn",
    "Thanh Miện",
    "Nam Sách",
    "Cẩm Giàng",
    "Bình Giang",
    "Tứ Kỳ",
    "Gia Lộc",
    "Ninh Giang",
    "Đường Nguyễn Lương Bằng",
    "Phường Trần Phú",
];

fn recognised(texts: &[Vec<u8>]) -> Option<Encoding> {
    detect(texts.iter().map(Vec::as_slice))
}

/// Windows-1258 has some toned letters whole and writes the others as letter and mark.
fn cp1258(name: &str) -> Vec<u8> {
    let is_tone = |c: &char| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c);
    let spelled = |letter: char| -> Vec<char> {
        if !encoding_rs::WINDOWS_1258.encode(&letter.to_string()).2 {
            return vec![letter];
        }
        let (tones, base): (Vec<char>, Vec<char>) = letter.nfd().partition(is_tone);
        base.into_iter().nfc().chain(tones).collect()
    };
    let text: String = name.chars().flat_map(spelled).collect();
    encoding_rs::WINDOWS_1258.encode(&text).0.into_owned()
}

#[test]
fn tcvn3_writes_and_reads_all_134_vietnamese_letters() {
    let letters = LETTERS.to_owned() + &LETTERS.to_uppercase();
    assert_eq!(letters.chars().count(), 134);
    let bytes = Encoding::encode_tcvn3(&letters).unwrap();
    assert_eq!(bytes.len(), 134);
    assert_eq!(Encoding::Tcvn3.decode(&bytes), letters);
}

#[test]
fn tcvn3_reads_the_bytes_that_windows_1252_loses() {
    assert_eq!(Encoding::Tcvn3.decode(b"H\xb6i D\xad\xacng"), "Hải Dương");
    assert_eq!(Encoding::Tcvn3.decode(b"\xa7\xaa\xa8 \xae"), "Đêă đ");
}

#[test]
fn each_encoding_is_recognised_from_place_names() {
    let tcvn3 = NAMES.map(|name| Encoding::encode_tcvn3(name).unwrap());
    let cases = [
        (tcvn3, Encoding::Tcvn3),
        (NAMES.map(cp1258), Encoding::Cp1258),
        (NAMES.map(|name| name.as_bytes().to_vec()), Encoding::Utf8),
    ];
    for (texts, expected) in cases {
        assert_eq!(recognised(&texts), Some(expected));
        assert_eq!(texts.each_ref().map(|text| expected.decode(text)), NAMES);
    }
    assert_eq!(recognised(&[b"plain".to_vec()]), None);
    assert_eq!(
        recognised(&[b"caf\xe9 fran\xe7ais \xfcber".to_vec()]),
        Some(Encoding::Cp1252)
    );
}

#[test]
fn utf8_with_a_text_cut_in_the_middle_of_a_letter_is_utf8() {
    let mut texts = NAMES.map(|name| name.as_bytes().to_vec());
    texts[0] = "Hả".as_bytes()[..3].to_vec();
    assert_eq!(recognised(&texts), Some(Encoding::Utf8));
}

#[test]
fn vni_reads_letters_of_one_and_two_bytes() {
    assert_eq!(Encoding::Vni.decode(b"Ha\xfbi D\xf6\xf4ng"), "Hải Dương");
    let street = b"\xd1\xf6\xf4\xf8ng Nguye\xe3n L\xf6\xf4ng Ba\xe8ng";
    assert_eq!(Encoding::Vni.decode(street), "Đường Nguyễn Lương Bằng");
    assert_eq!(
        recognised(&[b"Ha\xfbi D\xf6\xf4ng".to_vec(), street.to_vec()]),
        Some(Encoding::Vni)
    );
}

#[test]
fn text_is_stored_composed_whatever_it_came_as() {
    let decomposed = "Đường".nfd().collect::<String>();
    let decoded = Encoding::Utf8.decode_noting(decomposed.as_bytes());
    assert!(decoded.composed && !decoded.replaced);
    assert_eq!(decoded.text, "Đường");
    assert!(Encoding::Utf8.decode_noting(b"\xff\xfe").replaced);
}

#[test]
fn tcvn3_taken_for_windows_1252_is_recognised() {
    let bytes = NAMES.map(|name| Encoding::encode_tcvn3(name).unwrap());
    let wrong = bytes
        .each_ref()
        .map(|bytes| Encoding::Cp1252.decode(bytes).into_owned());
    assert_eq!(
        looks_like_mojibake(wrong.iter().map(String::as_str)),
        Some(Encoding::Tcvn3)
    );
    assert_eq!(looks_like_mojibake(NAMES.into_iter()), None);
    assert_eq!(
        looks_like_mojibake(["Nam Sách", "Kinh Môn"].into_iter()),
        None,
        "two names that read well in TCVN3 too"
    );
    let rivers = [
        "Sông Lạch Tray",
        "Sông Mã",
        "Hải Phòng",
        "Sông Hóa",
        "Sông Đò",
    ];
    assert_eq!(
        looks_like_mojibake(rivers.into_iter()),
        None,
        "letters that Windows-1252 does not have"
    );
}
