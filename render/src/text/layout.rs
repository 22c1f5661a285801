//! A label's text to glyphs in lines around its anchor.

use super::{Face, ShapedGlyph, Shaper};

/// How a text is set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextStyle {
    pub(crate) face: Face,
    pub(crate) max_width_em: f64,
    pub(crate) line_height_em: f64,
    pub(crate) letter_spacing_em: f64,
    pub(crate) justify: Justify,
    pub(crate) anchor: Anchor,
    pub(crate) offset_em: [f64; 2],
    pub(crate) transform: Transform,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Justify {
    Auto,
    Left,
    Center,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transform {
    None,
    Uppercase,
    Lowercase,
}

/// Which part of the text stands on the anchor: shares of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Anchor {
    pub(crate) horizontal: f64,
    pub(crate) vertical: f64,
}

impl Anchor {
    pub(crate) fn named(word: &str) -> Self {
        let horizontal = if word.contains("left") {
            0.0
        } else if word.contains("right") {
            1.0
        } else {
            0.5
        };
        let vertical = if word.contains("top") {
            0.0
        } else if word.contains("bottom") {
            1.0
        } else {
            0.5
        };
        Self {
            horizontal,
            vertical,
        }
    }
}

/// A text that is set: positions in ems from the anchor, y down.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    /// Glyphs with the place of their origin on the baseline.
    pub(crate) glyphs: Vec<(u32, [f64; 2])>,
    /// West, north, east and south edge.
    pub(crate) edges_em: [f64; 4],
}

/// Height of capitals in Noto Sans, which vertical centring goes by.
const CAP_HEIGHT_EM: f64 = 0.714;

/// Sets a text. None when nothing of it can be seen.
pub(crate) fn block(shaper: &Shaper, text: &str, style: &TextStyle) -> Option<Block> {
    let text = match style.transform {
        Transform::None => text.to_owned(),
        Transform::Uppercase => text.to_uppercase(),
        Transform::Lowercase => text.to_lowercase(),
    };
    let lines: Vec<Vec<ShapedGlyph>> = text
        .lines()
        .flat_map(|paragraph| wrapped(shaper, paragraph.trim(), style))
        .filter(|line| !line.is_empty())
        .collect();
    let width_of = |line: &[ShapedGlyph]| advance(line, style.letter_spacing_em);
    let width = lines.iter().map(|line| width_of(line)).fold(0.0, f64::max);
    if width <= 0.0 {
        return None;
    }
    let height = (lines.len() - 1) as f64 * style.line_height_em + CAP_HEIGHT_EM;
    let west = style.offset_em[0] - width * style.anchor.horizontal;
    let north = style.offset_em[1] - height * style.anchor.vertical;
    let share = match style.justify {
        Justify::Auto => style.anchor.horizontal,
        Justify::Left => 0.0,
        Justify::Center => 0.5,
        Justify::Right => 1.0,
    };
    let mut glyphs = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        let baseline = north + CAP_HEIGHT_EM + row as f64 * style.line_height_em;
        let mut pen = west + (width - width_of(line)) * share;
        for glyph in line {
            glyphs.push((
                glyph.glyph,
                [pen + glyph.offset_em[0], baseline - glyph.offset_em[1]],
            ));
            pen += glyph.advance_em + style.letter_spacing_em;
        }
    }
    // room for marks above capitals and tails below the baseline
    Some(Block {
        glyphs,
        edges_em: [west, north - 0.25, west + width, north + height + 0.25],
    })
}

fn advance(glyphs: &[ShapedGlyph], spacing_em: f64) -> f64 {
    let sum: f64 = glyphs
        .iter()
        .map(|glyph| glyph.advance_em + spacing_em)
        .sum();
    (sum - spacing_em).max(0.0)
}

/// A paragraph in as few lines as its width allows, broken so that they are about equally long.
fn wrapped(shaper: &Shaper, paragraph: &str, style: &TextStyle) -> Vec<Vec<ShapedGlyph>> {
    let whole = shaper.shape(style.face, paragraph);
    let total = advance(&whole, style.letter_spacing_em);
    if total <= style.max_width_em || !paragraph.contains(' ') {
        return vec![whole.to_vec()];
    }
    let lines = (total / style.max_width_em.max(1.0)).ceil();
    let target = total / lines;
    let space = shaper
        .shape(style.face, " ")
        .first()
        .map_or(0.25, |glyph| glyph.advance_em);
    let mut broken: Vec<(String, f64)> = Vec::new();
    for word in paragraph.split_whitespace() {
        let width = advance(&shaper.shape(style.face, word), style.letter_spacing_em);
        match broken.last_mut() {
            // a word that reaches past the target by less than half of itself still belongs to the line
            Some((line, length)) if *length + space + width / 2.0 <= target => {
                line.push(' ');
                line.push_str(word);
                *length += space + width;
            }
            _ => broken.push((word.to_owned(), width)),
        }
    }
    broken
        .iter()
        .map(|(line, _)| shaper.shape(style.face, line).to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(anchor: &str) -> TextStyle {
        TextStyle {
            face: Face::Regular,
            max_width_em: 8.0,
            line_height_em: 1.2,
            letter_spacing_em: 0.0,
            justify: Justify::Auto,
            anchor: Anchor::named(anchor),
            offset_em: [0.0, 0.0],
            transform: Transform::None,
        }
    }

    #[test]
    fn long_names_break_between_words_into_even_lines() {
        let block = block(
            &Shaper::default(),
            "Trường Tiểu học Nguyễn Lương Bằng",
            &style("center"),
        )
        .unwrap();
        let mut baselines: Vec<_> = block.glyphs.iter().map(|(_, at)| at[1]).collect();
        baselines.dedup();
        assert!(baselines.len() >= 2, "{baselines:?}");
        assert!(
            block.edges_em[2] - block.edges_em[0] < 10.0,
            "{:?}",
            block.edges_em
        );
        assert!(
            (block.edges_em[0] + block.edges_em[2]).abs() < 1e-9,
            "centred"
        );
    }

    #[test]
    fn the_anchor_names_the_part_of_the_text_that_stands_on_the_point() {
        let left = block(&Shaper::default(), "Sao Đỏ", &style("left")).unwrap();
        assert!(left.edges_em[0].abs() < 1e-9);
        let top = block(&Shaper::default(), "Sao Đỏ", &style("top")).unwrap();
        assert!(
            top.glyphs.iter().all(|(_, at)| at[1] > 0.5),
            "the baseline is below the anchor"
        );
        assert!(block(&Shaper::default(), "  \n ", &style("top")).is_none());
    }
}
