// An image over the whole tile. It has one pixel of border, so that pixels at the edge blend as in the neighbouring tile.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;
@group(1) @binding(0) var image: texture_2d<f32>;
@group(1) @binding(1) var image_sampler: sampler;

@vertex
fn vertex(@builtin(vertex_index) row: u32) -> @builtin(position) vec4<f32> {
    // one triangle that covers the image
    return vec4(select(-1.0, 3.0, row == 1u), select(-1.0, 3.0, row == 2u), 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let side = f32(textureDimensions(image).x);
    let place = (position.xy / size_px.xy * (side - 2.0) + 1.0) / side;
    return textureSampleLevel(image, image_sampler, place, 0.0);
}
