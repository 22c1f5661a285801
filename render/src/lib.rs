//! A MapLibre style and vector tiles to pixels, with wgpu.
