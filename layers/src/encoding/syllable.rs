//! How much a word looks like a Vietnamese syllable: an initial, a rime and a tone that exist and go together.
//!
//! The frequencies are three steps, set by hand and not taken from any text: enough to prefer the usual reading of bytes to
//! the odd one.

/// Vowels of Vietnamese, each without a tone and with the five.
const VOWELS: [&str; 12] = [
    "aàảãáạ",
    "ăằẳẵắặ",
    "âầẩẫấậ",
    "eèẻẽéẹ",
    "êềểễếệ",
    "iìỉĩíị",
    "oòỏõóọ",
    "ôồổỗốộ",
    "ơờởỡớợ",
    "uùủũúụ",
    "ưừửữứự",
    "yỳỷỹýỵ",
];

/// Logarithms of the share of syllables with each tone, in the order of [`VOWELS`]: none, huyền, hỏi, ngã, sắc, nặng.
const TONES: [f64; 6] = [-1.1, -1.3, -2.6, -3.2, -1.8, -2.0];

/// Rimes that end in a stop have but two tones: sắc and nặng.
const TONES_OF_STOPS: [usize; 2] = [4, 5];

/// Common, less common and rare consonants at the beginning, with the logarithm of the share of each.
const INITIALS: [(f64, &str); 3] = [
    (-2.9, "t th đ c h l n m b v tr ch"),
    (-3.5, "d nh ng ph s x kh q k g gi qu"),
    (-4.5, "r ngh gh p"),
];

/// The logarithm of the share of syllables that begin with a vowel.
const NO_INITIAL: f64 = -3.5;

/// Common, less common and rare rimes without their tone, with the logarithm of the share of each.
const RIMES: [(f64, &str); 3] = [
    (
        -4.0,
        "a ai an ang anh ao ay am ăn ân ât âu ây ên i inh iên iêu iêm ia o oa oi on ong ô ôi ôn ông ôc ơ ơi ơn u ung ui \
         uôc ư ưa ưng ưu ươi ương ươc y yên uyên",
    ),
    (
        -5.5,
        "ac ach ap at au ăc ăm ăng ăt âm âng âp âc e en em eo et ê êm ênh êt êu ich im in iêp iêt iêng iêc iu it oan oang \
         oai oanh oc om ot ôm ôp ôt ơm ơp ơt ua uân uât uê uy un um uc ut up uôi uôn uông ươn ươm ươt ưc ưi uynh uyêt \
         yêu yêt ynh oat",
    ),
    (
        -7.5,
        "ec eng ep êch êp ip oac oach oam oao oap oay oăc oăm oăn oăng oăt oe oen oeo oet oo ooc oong op uâng uây uêch \
         uênh uôm uôt uơ uya uych uyn uyp uyt uyu ươp ươu ưm ưt yêm yêng yt ych",
    ),
];

/// The logarithm of the share of syllables that are this word, in small letters; none when no syllable is.
pub(super) fn likelihood(word: &str) -> Option<f64> {
    let mut plain = String::with_capacity(word.len());
    let mut tone = 0;
    for letter in word.chars() {
        let (vowel, own) = without_tone(letter)?;
        if own != 0 && tone != 0 {
            return None;
        }
        tone = tone.max(own);
        plain.push(vowel);
    }
    let splits = plain.char_indices().map(|(at, _)| plain.split_at(at));
    splits
        .filter_map(|(initial, rime)| {
            Some(initial_share(initial)? + rime_share(initial, rime)? + tone_share(rime, tone)?)
        })
        .max_by(f64::total_cmp)
}

/// A Vietnamese letter without its tone, and which tone it had; none for what is no Vietnamese letter.
fn without_tone(letter: char) -> Option<(char, usize)> {
    if letter.is_ascii_lowercase() || letter == 'đ' {
        return Some((letter, 0));
    }
    VOWELS.iter().find_map(|row| {
        let tone = row.chars().position(|vowel| vowel == letter)?;
        Some((row.chars().next()?, tone))
    })
}

fn share_of(table: &[(f64, &str)], wanted: &str) -> Option<f64> {
    let holds = |list: &str| list.split_ascii_whitespace().any(|one| one == wanted);
    table
        .iter()
        .find(|(_, list)| holds(list))
        .map(|(share, _)| *share)
}

fn initial_share(initial: &str) -> Option<f64> {
    if initial.is_empty() {
        return Some(NO_INITIAL);
    }
    share_of(&INITIALS, initial)
}

/// The share of a rime after an initial; some consonants are written only before certain vowels.
fn rime_share(initial: &str, rime: &str) -> Option<f64> {
    let before_front = rime.starts_with(['i', 'e', 'ê', 'y']);
    let goes = match initial {
        "k" => before_front,
        "gh" | "ngh" => before_front && !rime.starts_with('y'),
        "c" | "ng" => !before_front,
        "g" => !before_front || rime.starts_with('i'),
        "q" => rime.starts_with('u') && rime.chars().count() > 1,
        "gi" => !rime.starts_with('i'),
        "qu" => !rime.starts_with(['u', 'ư', 'o']) || rime.starts_with("ôc"),
        _ => true,
    };
    share_of(&RIMES, rime).filter(|_| goes)
}

fn tone_share(rime: &str, tone: usize) -> Option<f64> {
    if rime.ends_with(['c', 'p', 't']) || rime.ends_with("ch") {
        return TONES_OF_STOPS.contains(&tone).then_some(-0.7);
    }
    Some(TONES[tone])
}

#[cfg(test)]
mod tests {
    use super::likelihood;

    #[test]
    fn syllables_are_told_from_what_is_none() {
        for word in [
            "hải",
            "dương",
            "nguyễn",
            "quốc",
            "quyền",
            "quỳnh",
            "giếng",
            "gì",
            "nghĩa",
            "khuỷu",
            "đường",
            "ỷ",
            "thuở",
            "giặc",
            "quý",
            "yên",
            "ước",
        ] {
            assert!(likelihood(word).is_some(), "{word}");
        }
        for word in [
            "sỏch",
            "hµi",
            "dng",
            "cị",
            "ngế",
            "đ",
            "bờp",
            "tảc",
            "việtnam",
            "café",
            "môền",
        ] {
            assert!(likelihood(word).is_none(), "{word}");
        }
        assert!(likelihood("sách") > likelihood("sẵch"));
        assert!(likelihood("hà") > likelihood("hữ"));
    }
}
