// One segment of a line. Segments that meet share the pixels around their joint by the plane that halves its angle, so no
// pixel is blended twice along a line.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;

const CUT_START: u32 = 1u;
const CUT_END: u32 = 2u;
const BUTT_START: u32 = 4u;
const BUTT_END: u32 = 8u;
const MITER_START: u32 = 16u;
const MITER_END: u32 = 32u;

struct Segment {
    @location(0) ends: vec4<f32>,
    @location(1) planes: vec4<f32>,
    @location(2) widths: vec3<f32>,
    @location(3) flags: u32,
    @location(4) reach: vec2<f32>,
    @location(5) color: vec4<f32>,
}

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) @interpolate(flat) ends: vec4<f32>,
    @location(1) @interpolate(flat) planes: vec4<f32>,
    @location(2) @interpolate(flat) widths: vec3<f32>,
    @location(3) @interpolate(flat) flags: u32,
    @location(4) @interpolate(flat) color: vec4<f32>,
}

@vertex
fn vertex(@builtin(vertex_index) row: u32, segment: Segment) -> Corner {
    let start = segment.ends.xy;
    let end = segment.ends.zw;
    let along = normalize(end - start);
    let across = vec2(-along.y, along.x) * (segment.widths.x + segment.widths.z);
    let side = select(-1.0, 1.0, (row & 1u) == 1u);
    var position = start - along * segment.reach.x;
    if row >= 2u {
        position = end + along * segment.reach.y;
    }
    position += across * side;
    let clip = position / size_px.xy * 2.0 - 1.0;
    return Corner(vec4(clip.x, -clip.y, 0.0, 1.0), segment.ends, segment.planes, segment.widths, segment.flags, segment.color);
}

fn has(flags: u32, bit: u32) -> bool {
    return (flags & bit) != 0u;
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let from_start = corner.position.xy - corner.ends.xy;
    let from_end = corner.position.xy - corner.ends.zw;
    // a pixel on a plane belongs to the segment that begins there
    let before = has(corner.flags, CUT_START) && dot(from_start, corner.planes.xy) < 0.0;
    let behind = has(corner.flags, CUT_END) && dot(from_end, corner.planes.zw) >= 0.0;
    if before || behind {
        discard;
    }
    let span = corner.ends.zw - corner.ends.xy;
    let along = normalize(span);
    let ahead = dot(from_start, along);
    let beyond = dot(from_end, along);
    var distance = abs(dot(from_start, vec2(-along.y, along.x)));
    if ahead < 0.0 && !has(corner.flags, BUTT_START | MITER_START) {
        distance = length(from_start);
    }
    if beyond > 0.0 && !has(corner.flags, BUTT_END | MITER_END) {
        distance = length(from_end);
    }
    let half_width = corner.widths.x;
    let half_gap = corner.widths.y;
    let soft = corner.widths.z;
    var coverage = clamp((half_width - distance) / soft + 0.5, 0.0, 1.0);
    if half_gap > 0.0 {
        coverage *= clamp(distance - half_gap + 0.5, 0.0, 1.0);
    }
    if has(corner.flags, BUTT_START) {
        coverage *= clamp(ahead + 0.5, 0.0, 1.0);
    }
    if has(corner.flags, BUTT_END) {
        coverage *= clamp(0.5 - beyond, 0.0, 1.0);
    }
    return corner.color * coverage;
}
