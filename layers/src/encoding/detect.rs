//! Which encoding bytes are in, by how Vietnamese they read in each.
//!
//! Valid UTF-8 is UTF-8: text of another encoding is practically never valid by chance. It stays UTF-8 when a few texts
//! are not valid: a field of a Shapefile is often cut in the middle of a letter. Otherwise every word with a
//! byte above 0x7F is read in each encoding, and the one in which the words together are the likeliest Vietnamese is taken,
//! if most of them are Vietnamese at all.

use super::{Encoding, plain, syllable, vni};

/// Words looked at; more do not change the answer.
const MAX_WORDS: usize = 4_000;

/// Share of words that must read as Vietnamese for a Vietnamese encoding to be believed.
const MIN_SHARE: f64 = 0.6;

/// The logarithm of the likelihood of a word that is no Vietnamese syllable: below that of any that is.
const NO_SYLLABLE: f64 = -25.0;

/// Vietnamese encodings, with the logarithm of how usual each is in a province of the north; it decides between readings
/// of a word or two that are alike.
const CANDIDATES: [(Encoding, f64); 5] = [
    (Encoding::Tcvn3, 0.0),
    (Encoding::Vni, -1.0),
    (Encoding::Cp1258, -1.0),
    (Encoding::Viscii, -3.0),
    (Encoding::Vps, -4.0),
];

/// The encoding of texts; none when all of it is ASCII, so that every encoding reads it alike.
pub(crate) fn detect<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Option<Encoding> {
    let mut words: Vec<&[u8]> = Vec::new();
    let (mut valid_utf8, mut all) = (0_usize, 0_usize);
    for text in texts.filter(|text| !text.is_ascii()) {
        all += 1;
        valid_utf8 += usize::from(str::from_utf8(text).is_ok());
        words.extend(marked_words(text).take(MAX_WORDS.saturating_sub(words.len())));
    }
    if words.is_empty() {
        return None;
    }
    if valid_utf8 * 2 > all {
        return Some(Encoding::Utf8);
    }
    let (_, best, share) = CANDIDATES
        .map(|(encoding, usual)| {
            let reading = Reading::of(words.iter().copied(), encoding);
            (reading.likelihood + usual, encoding, reading.share())
        })
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are several candidates");
    Some(if share >= MIN_SHARE {
        best
    } else {
        Encoding::Cp1252
    })
}

/// The encoding to use where one is declared: the one found instead, when the declared one does not read as Vietnamese
/// and the other does.
pub(crate) fn declared_or_found(declared: Encoding, found: Encoding, texts: &[&[u8]]) -> Encoding {
    let reads = |encoding: Encoding| {
        let words = texts
            .iter()
            .flat_map(|text| marked_words(text))
            .take(MAX_WORDS);
        match encoding {
            Encoding::Utf8 => found == Encoding::Utf8,
            _ => Reading::of(words, encoding).share() >= MIN_SHARE,
        }
    };
    match declared {
        Encoding::Utf8 => found,
        _ if reads(declared) || !reads(found) => declared,
        _ => found,
    }
}

/// The words of a text in which an encoding could matter. Bytes below a space may be letters.
fn marked_words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_between = |byte: &u8| {
        matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r') && !byte.is_ascii_alphabetic()
    };
    text.split(is_between).filter(|word| plain(word).is_none())
}

/// How words read in an encoding.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    likelihood: f64,
    good: u32,
    all: u32,
}

impl Reading {
    fn of<'a>(words: impl Iterator<Item = &'a [u8]>, encoding: Encoding) -> Self {
        let mut reading = Self::default();
        for word in words {
            let sound = encoding != Encoding::Vni || vni::is_sound(word);
            let case = if encoding == Encoding::Tcvn3 {
                Case::SmallMarkedLetters
            } else {
                Case::Consistent
            };
            let likelihood = sound
                .then(|| likelihood(&encoding.decode(word), case))
                .flatten();
            reading.see(likelihood);
        }
        reading
    }

    fn of_text<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut reading = Self::default();
        let words = texts.flat_map(|text| text.split(|letter: char| !letter.is_alphabetic()));
        for word in words.filter(|word| !word.is_ascii()) {
            reading.see(likelihood(word, Case::Consistent));
        }
        reading
    }

    fn see(&mut self, likelihood: Option<f64>) {
        self.likelihood += likelihood.unwrap_or(NO_SYLLABLE);
        self.good += u32::from(likelihood.is_some());
        self.all += 1;
    }

    fn share(self) -> f64 {
        f64::from(self.good) / f64::from(self.all.max(1))
    }
}

/// How capitals may stand in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// None, the first, or all.
    Consistent,
    /// As above, or all but those with marks: what is typed in capitals with a font that has none for them.
    SmallMarkedLetters,
}

/// The likelihood of a word between other characters; none for what is no Vietnamese syllable.
fn likelihood(word: &str, case: Case) -> Option<f64> {
    let word = word.trim_matches(is_between_words);
    let fits = has_capitals_right(word, case);
    fits.then(|| syllable::likelihood(&word.to_lowercase()))
        .flatten()
}

fn has_capitals_right(word: &str, case: Case) -> bool {
    let small = word.chars().filter(|letter| letter.is_lowercase()).count();
    let mut plain = word.chars().filter(char::is_ascii_alphabetic);
    match word.chars().count() - small {
        0 => true,
        1 if word.starts_with(char::is_uppercase) => true,
        _ if small == 0 => true,
        _ => case == Case::SmallMarkedLetters && plain.all(|letter| letter.is_ascii_uppercase()),
    }
}

/// Characters beyond ASCII that stand beside words in names and notes.
fn is_between_words(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '–' | '—' | '‘' | '’' | '“' | '”' | '°' | '²' | '³' | '…'
    )
}

/// The encoding of Unicode text that is Vietnamese of another encoding taken for Windows-1252; none if it is not.
///
/// Such text has no character outside Windows-1252, so one name with a letter like 'ầ' clears all of it; and text that
/// reads as Vietnamese the way it stands is left alone: "Sông Mã" would read well in TCVN3 too, as "Sụng Mó".
pub(crate) fn looks_like_mojibake<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Encoding> {
    let texts: Vec<&str> = texts
        .filter(|text| !text.is_ascii())
        .take(MAX_WORDS)
        .collect();
    let bytes: Option<Vec<Vec<u8>>> = texts.iter().map(|text| western_bytes(text)).collect();
    let bytes = bytes?;
    let found = detect(bytes.iter().map(Vec::as_slice))?;
    let decoded: Vec<_> = bytes.iter().map(|bytes| found.decode(bytes)).collect();
    let as_it_stands = Reading::of_text(texts.iter().copied()).share();
    let is_better = Reading::of_text(decoded.iter().map(|text| &**text)).share() > as_it_stands;
    (is_better && found != Encoding::Cp1252).then_some(found)
}

/// The bytes of text that holds only characters of Windows-1252.
pub(crate) fn western_bytes(text: &str) -> Option<Vec<u8>> {
    super::windows(encoding_rs::WINDOWS_1252, text)
}
