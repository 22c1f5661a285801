//! The default province: a seeded generator of ordinary GIS files with planted truths.
