// Triangles with a premultiplied colour at each corner; polygon rims fade to a transparent corner.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) color: vec4<f32>,
}

@vertex
fn vertex(@location(0) position: vec2<f32>, @location(1) color: vec4<f32>) -> Corner {
    let clip = position / size_px.xy * 2.0 - 1.0;
    return Corner(vec4(clip.x, -clip.y, 0.0, 1.0), color);
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    return corner.color;
}
