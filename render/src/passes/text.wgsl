// A glyph from its distance field: ink where the outline, grown by the halo, is nearer than half a pixel.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;
@group(1) @binding(0) var fields: texture_2d<f32>;

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
    @location(3) @interpolate(flat) slot: vec4<f32>,
}

@vertex
fn vertex(@builtin(vertex_index) row: u32, glyph: Glyph) -> Corner {
    let unit = vec2(select(0.0, 1.0, (row & 1u) == 1u), select(0.0, 1.0, row >= 2u));
    let position = glyph.corner + glyph.right * unit.x + glyph.down * unit.y;
    let clip = position / size_px.xy * 2.0 - 1.0;
    let place = glyph.slot.zw * unit;
    return Corner(vec4(clip.x, -clip.y, 0.0, 1.0), place, glyph.measure, glyph.color, glyph.slot);
}

// The field between its four nearest values. Not by a sampler: its rounding depends on where in the atlas the glyph lies,
// and so on what was drawn before, while a tile must be the same bytes whenever it is drawn.
fn field(slot: vec4<f32>, place: vec2<f32>) -> f32 {
    let at = place - 0.5;
    let part = at - floor(at);
    let last = vec2<i32>(slot.zw) - 1;
    let low = clamp(vec2<i32>(floor(at)), vec2(0), last);
    let high = clamp(vec2<i32>(floor(at)) + 1, vec2(0), last);
    let origin = vec2<i32>(slot.xy);
    let top = mix(value(origin + low), value(origin + vec2(high.x, low.y)), part.x);
    let bottom = mix(value(origin + vec2(low.x, high.y)), value(origin + high), part.x);
    return mix(top, bottom, part.y);
}

fn value(at: vec2<i32>) -> f32 {
    return textureLoad(fields, at, 0).r;
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let inside_px = (field(corner.slot, corner.place) - OUTLINE) * RADIUS * corner.measure.x;
    let coverage = clamp((inside_px + corner.measure.y) / corner.measure.z + 0.5, 0.0, 1.0);
    return corner.color * coverage;
}
