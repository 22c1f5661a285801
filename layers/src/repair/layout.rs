//! The layout of WKB, looked at before a reader trusts it: counts that the bytes have room for, parts of the kind that
//! their whole has, no endless nesting. The reader itself takes the parts of a whole for what they should be.

/// Collections within collections; drawings have two or three.
const MAX_DEPTH: usize = 16;

const SRID: u32 = 0x2000_0000;
const Z: u32 = 0x8000_0000;
const M: u32 = 0x4000_0000;

const POSITION_BYTES: [usize; 4] = [16, 24, 24, 32];

/// Says what is wrong with WKB without curves; reads counts, not positions.
pub(super) fn fault_of(wkb: &[u8]) -> Option<&'static str> {
    after(wkb, None, MAX_DEPTH).err()
}

/// What a geometry begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Head {
    big_endian: bool,
    /// 1 to 7: Point to `GeometryCollection`.
    kind: u32,
    /// XY, XYZ, XYM, XYZM.
    dimensions: usize,
}

/// The bytes after a geometry; `wanted` is what it must be as part of a whole.
fn after(bytes: &[u8], wanted: Option<Head>, depth: usize) -> Result<&[u8], &'static str> {
    let depth = depth.checked_sub(1).ok_or("nested too deep")?;
    let (head, has_srid, mut rest) = head(bytes)?;
    if wanted.is_some_and(|wanted| wanted != head) {
        return Err("a part of another kind than its whole");
    }
    if has_srid {
        if depth + 1 < MAX_DEPTH {
            return Err("a part with a system of its own");
        }
        rest = skip(rest, 4)?;
    }
    let position = POSITION_BYTES[head.dimensions];
    if head.kind == 1 {
        return skip(rest, position);
    }
    let (count, mut rest) = number(rest, head.big_endian)?;
    if head.kind == 2 {
        return skip_many(rest, count, position);
    }
    for _ in 0..count {
        rest = match head.kind {
            3 => {
                let (count, rest) = number(rest, head.big_endian)?;
                skip_many(rest, count, position)?
            }
            7 => after(rest, None, depth)?,
            kind => {
                let part = Head {
                    kind: kind - 3,
                    ..head
                };
                after(rest, Some(part), depth)?
            }
        };
    }
    Ok(rest)
}

fn head(bytes: &[u8]) -> Result<(Head, bool, &[u8]), &'static str> {
    let (order, rest) = bytes.split_first().ok_or("cut short")?;
    let big_endian = match order {
        0 => true,
        1 => false,
        _ => return Err("no byte order"),
    };
    let (code, rest) = number(rest, big_endian)?;
    let plain = code & !(SRID | Z | M);
    let flags = usize::from(code & Z != 0) + 2 * usize::from(code & M != 0);
    let (kind, by_thousands) = (plain % 1000, plain / 1000);
    let dimensions = match (by_thousands, flags) {
        (0, flags) => flags,
        (1, 0) => 1,
        (2, 0) => 2,
        (3, 0) => 3,
        _ => return Err("no kind of geometry"),
    };
    if !(1..=7).contains(&kind) {
        return Err("no kind of geometry");
    }
    let head = Head {
        big_endian,
        kind,
        dimensions,
    };
    Ok((head, code & SRID != 0, rest))
}

fn number(bytes: &[u8], big_endian: bool) -> Result<(u32, &[u8]), &'static str> {
    let (four, rest) = bytes.split_first_chunk::<4>().ok_or("cut short")?;
    let read = if big_endian {
        u32::from_be_bytes
    } else {
        u32::from_le_bytes
    };
    Ok((read(*four), rest))
}

fn skip(bytes: &[u8], length: usize) -> Result<&[u8], &'static str> {
    bytes.get(length..).ok_or("cut short")
}

fn skip_many(bytes: &[u8], count: u32, length: usize) -> Result<&[u8], &'static str> {
    let all = usize::try_from(count)
        .ok()
        .and_then(|count| count.checked_mul(length));
    skip(bytes, all.ok_or("cut short")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian geometry of a kind with so many parts or positions.
    fn geometry(kind: u32, count: u32, content: &[u8]) -> Vec<u8> {
        [&[1], &kind.to_le_bytes()[..], &count.to_le_bytes(), content].concat()
    }

    fn point(kind: u32) -> Vec<u8> {
        [&[1], &kind.to_le_bytes()[..], &[0; 16]].concat()
    }

    #[track_caller]
    fn check(wkb: &[u8], expected: Option<&str>) {
        assert_eq!(fault_of(wkb), expected);
        // The door that everything comes through says so too, and does not panic.
        let refused = super::super::read(wkb).err();
        assert_eq!(refused.is_some(), expected.is_some(), "{refused:?}");
    }

    #[test]
    fn whole_geometries_pass() {
        for wkt in [
            "POINT EMPTY",
            "LINESTRING ZM (1 2 3 4, 5 6 7 8)",
            "POLYGON EMPTY",
            "MULTIPOINT M ((1 1 1), (2 2 2))",
            "MULTIPOLYGON Z (((0 0 1, 1 0 1, 1 1 1, 0 0 1)))",
            "GEOMETRYCOLLECTION (POINT (1 2), GEOMETRYCOLLECTION (LINESTRING (1 2, 3 4)))",
        ] {
            let known = gdal::vector::Geometry::from_wkt(wkt).unwrap();
            let wkb = crate::source::gdal::iso_wkb(&known).unwrap();
            assert_eq!(fault_of(&wkb), None, "{wkt}");
            assert_eq!(
                fault_of(&known.wkb().unwrap()),
                None,
                "{wkt} as older WKB has it"
            );
            for length in 0..wkb.len() {
                assert_eq!(
                    fault_of(&wkb[..length]),
                    Some("cut short"),
                    "{wkt}: {length}"
                );
            }
        }
        check(
            &[
                &[1],
                &(1 | SRID).to_le_bytes()[..],
                &4326_u32.to_le_bytes(),
                &[0; 16],
            ]
            .concat(),
            None,
        );
    }

    #[test]
    fn what_the_reader_would_trip_over_is_refused() {
        // Found by fuzzing: a part that claims a system of its own is four bytes longer than its whole assumes.
        check(
            &geometry(4, 1, &point(1 | SRID)),
            Some("a part with a system of its own"),
        );
        check(
            &geometry(4, 1, &point(2)),
            Some("a part of another kind than its whole"),
        );
        check(&geometry(0x2C, 1, &point(1)), Some("no kind of geometry"));
        check(&geometry(2, u32::MAX, &[0; 32]), Some("cut short"));
        check(&geometry(3, u32::MAX, &[]), Some("cut short"));
        let deep = (0..100_000)
            .flat_map(|_| geometry(7, 1, &[]))
            .collect::<Vec<u8>>();
        check(&deep, Some("nested too deep"));
    }
}
