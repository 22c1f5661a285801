// A disc with a ring around it, both with a soft edge.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;

struct Circle {
    @location(0) center: vec2<f32>,
    @location(1) radii: vec3<f32>,
    @location(2) color: vec4<f32>,
    @location(3) stroke: vec4<f32>,
}

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) @interpolate(flat) center: vec2<f32>,
    @location(1) @interpolate(flat) radii: vec3<f32>,
    @location(2) @interpolate(flat) color: vec4<f32>,
    @location(3) @interpolate(flat) stroke: vec4<f32>,
}

@vertex
fn vertex(@builtin(vertex_index) row: u32, circle: Circle) -> Corner {
    let unit = vec2(select(-1.0, 1.0, (row & 1u) == 1u), select(-1.0, 1.0, row >= 2u));
    let position = circle.center + unit * (circle.radii.x + circle.radii.y + circle.radii.z);
    let clip = position / size_px.xy * 2.0 - 1.0;
    return Corner(vec4(clip.x, -clip.y, 0.0, 1.0), circle.center, circle.radii, circle.color, circle.stroke);
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let distance = length(corner.position.xy - corner.center);
    let soft = corner.radii.z;
    let inner = clamp((corner.radii.x - distance) / soft + 0.5, 0.0, 1.0);
    let outer = clamp((corner.radii.x + corner.radii.y - distance) / soft + 0.5, 0.0, 1.0);
    return corner.color * inner + corner.stroke * (outer - inner);
}
