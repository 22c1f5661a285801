//! Which encoding bytes are in, by how Vietnamese they read in each.
//!
//! Valid UTF-8 is UTF-8: text of another encoding is practically never valid by chance. It stays UTF-8 when a few texts
//! are not valid: a field of a Shapefile is often cut in the middle of a letter. Otherwise every word with a
//! byte above 0x7F is read in each encoding; it speaks for the encoding when its letters are Vietnamese, its vowels
//! form a nucleus that exists and it carries at most one tone.

use unicode_normalization::UnicodeNormalization as _;

use super::Encoding;

/// Words looked at; more do not change the answer.
const MAX_WORDS: usize = 20_000;

/// Share of words that must read as Vietnamese for a Vietnamese encoding to be believed.
const MIN_SHARE: f64 = 0.6;

/// Vowel nuclei without tone marks; the vowels of `gi` and `qu` are taken as consonants.
const NUCLEI: &[&str] = &[
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây",
    "eo", "êu", "ia", "iê", "iêu", "iu", "oa", "oai", "oao", "oay", "oă", "oe", "oeo", "oi", "oo",
    "ôi", "ơi", "ua", "uâ", "uây", "uê", "ui", "uô", "uôi", "uơ", "uy", "uya", "uyê", "uyu", "ưa",
    "ưi", "ươ", "ươi", "ươu", "ưu", "yê", "yêu",
];

/// The encoding of texts; none when all of it is ASCII, so that every encoding reads it alike.
pub(crate) fn detect<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Option<Encoding> {
    let mut words: Vec<&[u8]> = Vec::new();
    let (mut valid_utf8, mut all) = (0_usize, 0_usize);
    for text in texts.filter(|text| !text.is_ascii()) {
        all += 1;
        valid_utf8 += usize::from(str::from_utf8(text).is_ok());
        if words.len() < MAX_WORDS {
            let parts = text.split(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
            words.extend(parts.filter(|word| !word.is_ascii()));
        }
    }
    if words.is_empty() {
        return None;
    }
    if valid_utf8 * 2 > all {
        return Some(Encoding::Utf8);
    }
    let share = |encoding: Encoding| {
        let good = words
            .iter()
            .filter(|word| reads_as_vietnamese(&encoding.decode(word)))
            .count();
        good as f64 / words.len() as f64
    };
    let candidates = [Encoding::Vni, Encoding::Cp1258, Encoding::Tcvn3];
    let best = candidates
        .map(|encoding| (share(encoding), encoding))
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are three candidates");
    Some(if best.0 >= MIN_SHARE {
        best.1
    } else {
        Encoding::Cp1252
    })
}

/// Whether texts read as Vietnamese more often in one encoding than in another.
pub(crate) fn reads_better<'a>(
    texts: impl Iterator<Item = &'a [u8]> + Clone,
    encoding: Encoding,
    than: Encoding,
) -> bool {
    let share = |encoding: Encoding| {
        let decoded: Vec<_> = texts
            .clone()
            .filter(|text| !text.is_ascii())
            .take(MAX_WORDS)
            .map(|text| encoding.decode(text))
            .collect();
        share_of_vietnamese(decoded.iter().map(|text| &**text))
    };
    share(encoding) > share(than)
}

/// The encoding of Unicode text that is Vietnamese of an old encoding taken for Windows-1252; none if it is not.
///
/// Such text has no character outside Windows-1252, so one name with a letter like 'ầ' clears all of it; and text that
/// reads as Vietnamese the way it stands is left alone: "Nam Sách" would read well in TCVN3 too, as "Nam Sỏch".
pub(crate) fn looks_like_mojibake<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Encoding> {
    let texts: Vec<&str> = texts
        .filter(|text| !text.is_ascii())
        .take(MAX_WORDS)
        .collect();
    let bytes: Option<Vec<Vec<u8>>> = texts.iter().map(|text| western_bytes(text)).collect();
    let bytes = bytes?;
    let found = detect(bytes.iter().map(Vec::as_slice))?;
    let decoded: Vec<_> = bytes.iter().map(|bytes| found.decode(bytes)).collect();
    let as_it_stands = share_of_vietnamese(texts.iter().copied());
    let is_better = share_of_vietnamese(decoded.iter().map(|text| &**text)) > as_it_stands;
    (matches!(found, Encoding::Tcvn3 | Encoding::Vni) && is_better).then_some(found)
}

/// The share of words with marks that read as Vietnamese.
fn share_of_vietnamese<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    let words = texts
        .flat_map(|text| text.split(|letter: char| !letter.is_alphabetic()))
        .filter(|word| !word.is_ascii());
    let (good, all) = words.fold((0_u32, 0_u32), |(good, all), word| {
        (good + u32::from(reads_as_vietnamese(word)), all + 1)
    });
    f64::from(good) / f64::from(all.max(1))
}

/// The bytes of text that holds only characters of Windows-1252.
pub(crate) fn western_bytes(text: &str) -> Option<Vec<u8>> {
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1252.encode(text);
    (!unmappable).then(|| bytes.into_owned())
}

fn reads_as_vietnamese(word: &str) -> bool {
    let letters: Vec<char> = word.to_lowercase().chars().collect();
    let mut nucleus = String::new();
    let (mut nuclei, mut tones, mut in_nucleus) = (0, 0, false);
    for (at, letter) in letters.iter().enumerate() {
        let Some((base, toned)) = plain(*letter) else {
            return false;
        };
        tones += usize::from(toned);
        let before = at.checked_sub(1).map(|before| letters[before]);
        let glide = match base {
            'u' => before == Some('q'),
            'i' => before == Some('g') && !toned && at + 1 < letters.len(),
            _ => false,
        };
        let is_vowel = "aăâeêioôơuưy".contains(base) && !glide;
        if is_vowel {
            nuclei += usize::from(!in_nucleus);
            nucleus.push(base);
        }
        in_nucleus = is_vowel;
    }
    match nuclei {
        0 => letters.iter().all(|letter| *letter == 'đ'),
        1 => tones <= 1 && NUCLEI.contains(&nucleus.as_str()),
        _ => false,
    }
}

/// A Vietnamese letter without its tone, and whether it had one; none for what is no Vietnamese letter.
fn plain(letter: char) -> Option<(char, bool)> {
    if letter.is_ascii_alphabetic() || letter == 'đ' {
        return Some((letter, false));
    }
    let is_tone = |mark: &char| {
        matches!(
            mark,
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'
        )
    };
    let parts: Vec<char> = letter.nfd().collect();
    let toned = parts.iter().any(is_tone);
    let base = parts
        .into_iter()
        .filter(|mark| !is_tone(mark))
        .nfc()
        .next()?;
    "aăâeêioôơuưy".contains(base).then_some((base, toned))
}
