//! The default style.
