//! Numbers on their way to the device: f64 to f32, shares to bytes. All saturate, none wraps.

/// The nearest f32.
#[expect(
    clippy::cast_possible_truncation,
    reason = "positions within a tile and colours need no more than f32"
)]
pub(crate) fn to_f32(value: f64) -> f32 {
    value as f32
}

/// A share of 0 to 1 as a byte, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 ..= 255"
)]
pub(crate) fn to_byte(share: f64) -> u8 {
    (share * 255.0).round().clamp(0.0, 255.0) as u8
}

/// A length as an index: saturates below 0 and above `u32`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate"
)]
pub(crate) fn to_u32(value: f64) -> u32 {
    value as u32
}

/// A whole number, saturating.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to integer casts saturate"
)]
pub(crate) fn to_i64(value: f64) -> i64 {
    value as i64
}

/// A count as `u32`: draw lists never reach 2^32 entries, a longer one is cut.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
