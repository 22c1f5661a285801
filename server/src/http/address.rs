//! Tile addresses: `{z}/{x}/{y}.png`, `@2x`, and the zooms that are served.

use layers::TileCoord;

use crate::error::RequestError;

/// The deepest zoom served over HTTP.
pub const MAX_ZOOM: u8 = 22;

/// The last part of a tile's address: `1803.png`, `1803@2x.png`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileName<'a> {
    /// The row, not yet read as a number.
    pub y: &'a str,
    /// Whether `@2x` was asked for.
    pub doubled: bool,
}

impl<'a> TileName<'a> {
    /// Takes the suffix off; `extension` is what the address must end with.
    ///
    /// # Errors
    /// When it ends with something else.
    pub fn parse(name: &'a str, extension: &str) -> Result<Self, RequestError> {
        let stem = name
            .strip_suffix(extension)
            .and_then(|stem| stem.strip_suffix('.'));
        let Some(stem) = stem else {
            let expected = format!("the address must end with Z/X/Y.{extension}");
            return Err(RequestError::TileAddress {
                value: name.to_owned(),
                expected,
            });
        };
        Ok(match stem.strip_suffix("@2x") {
            Some(y) => Self { y, doubled: true },
            None => Self {
                y: stem,
                doubled: false,
            },
        })
    }
}

/// The tile at an address.
///
/// # Errors
/// When a part is no number, the zoom is above [`MAX_ZOOM`] or the column or row is outside the zoom's square.
pub fn tile_coord(z: &str, x: &str, y: &str) -> Result<TileCoord, RequestError> {
    let coord = match (z.parse::<u8>(), x.parse(), y.parse()) {
        (Ok(z), Ok(x), Ok(y)) if z <= MAX_ZOOM => TileCoord::new(z, x, y).ok(),
        _ => None,
    };
    coord.ok_or_else(|| RequestError::TileAddress {
        value: format!("{z}/{x}/{y}"),
        expected: format!("write Z/X/Y with Z from 0 to {MAX_ZOOM} and X and Y from 0 to 2^Z - 1"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_address_is_read_whole_or_refused() {
        let plain = TileName::parse("1803.png", "png").unwrap();
        assert_eq!(
            plain,
            TileName {
                y: "1803",
                doubled: false
            }
        );
        assert!(TileName::parse("1803@2x.png", "png").unwrap().doubled);
        for bad in ["1803", "1803.webp", "1803png", ""] {
            assert!(
                TileName::parse(bad, "png").is_err(),
                "{bad:?} must be refused"
            );
        }
        assert!(tile_coord("12", "3258", "1803").is_ok());
        for (z, x, y) in [
            ("23", "0", "0"),
            ("1", "2", "0"),
            ("-1", "0", "0"),
            ("1", "a", "0"),
            ("1", "0", "1e0"),
        ] {
            assert!(tile_coord(z, x, y).is_err(), "{z}/{x}/{y} must be refused");
        }
    }
}
