// A glyph from its distance field: ink where the outline, grown by the halo, is nearer than half a pixel.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;
@group(1) @binding(0) var fields: texture_2d<f32>;
@group(1) @binding(1) var linear_sampler: sampler;

// the value on the outline, and field pixels per unit of value: see text/sdf.rs and text/atlas.rs
const OUTLINE: f32 = 0.75;
const RADIUS: f32 = 8.0;

struct Glyph {
    @location(0) corner: vec2<f32>,
    @location(1) right: vec2<f32>,
    @location(2) down: vec2<f32>,
    @location(3) slot: vec4<f32>,
    @location(4) measure: vec3<f32>,
    @location(5) color: vec4<f32>,
}

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) place: vec2<f32>,
    @location(1) @interpolate(flat) measure: vec3<f32>,
    @location(2) @interpolate(flat) color: vec4<f32>,
}

@vertex
fn vertex(@builtin(vertex_index) row: u32, glyph: Glyph) -> Corner {
    let unit = vec2(select(0.0, 1.0, (row & 1u) == 1u), select(0.0, 1.0, row >= 2u));
    let position = glyph.corner + glyph.right * unit.x + glyph.down * unit.y;
    let clip = position / size_px.xy * 2.0 - 1.0;
    let place = (glyph.slot.xy + glyph.slot.zw * unit) / vec2<f32>(textureDimensions(fields));
    return Corner(vec4(clip.x, -clip.y, 0.0, 1.0), place, glyph.measure, glyph.color);
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let value = textureSampleLevel(fields, linear_sampler, corner.place, 0.0).r;
    let inside_px = (value - OUTLINE) * RADIUS * corner.measure.x;
    let coverage = clamp((inside_px + corner.measure.y) / corner.measure.z + 0.5, 0.0, 1.0);
    return corner.color * coverage;
}
