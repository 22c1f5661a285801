// Shaded relief: Horn's gradient (B. K. P. Horn, 1981, "Hill shading and the reflectance map"), drawn by the standard method
// of the MapLibre style specification.

@group(0) @binding(0) var<uniform> size_px: vec4<f32>;
@group(1) @binding(0) var heights: texture_2d<f32>;
@group(1) @binding(1) var<uniform> light: Light;

struct Light {
    shadow: vec4<f32>,
    highlight: vec4<f32>,
    accent: vec4<f32>,
    azimuth_rad: f32,
    intensity: f32,
    gradient_scale: f32,
    size: f32,
}

const PI: f32 = 3.14159265;

@vertex
fn vertex(@builtin(vertex_index) row: u32) -> @builtin(position) vec4<f32> {
    return vec4(select(-1.0, 3.0, row == 1u), select(-1.0, 3.0, row == 2u), 0.0, 1.0);
}

fn height(column: i32, row: i32) -> f32 {
    return textureLoad(heights, vec2(column, row), 0).r;
}

// Horn's weighted differences towards east and south around a pixel.
fn gradient(column: i32, row: i32) -> vec2<f32> {
    let nw = height(column - 1, row - 1);
    let n = height(column, row - 1);
    let ne = height(column + 1, row - 1);
    let w = height(column - 1, row);
    let e = height(column + 1, row);
    let sw = height(column - 1, row + 1);
    let s = height(column, row + 1);
    let se = height(column + 1, row + 1);
    return vec2((ne + 2.0 * e + se) - (nw + 2.0 * w + sw), (sw + 2.0 * s + se) - (nw + 2.0 * n + ne));
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    // blend the gradients of the four nearest pixels, so that relief is smooth where the image is finer than the heights
    let last = i32(light.size) - 1;
    let place = position.xy / size_px.xy * light.size - 0.5;
    let first = vec2<i32>(floor(place));
    let share = place - floor(place);
    let x0 = clamp(first.x, 0, last) + 1;
    let x1 = clamp(first.x + 1, 0, last) + 1;
    let y0 = clamp(first.y, 0, last) + 1;
    let y1 = clamp(first.y + 1, 0, last) + 1;
    let north = mix(gradient(x0, y0), gradient(x1, y0), share.x);
    let south = mix(gradient(x0, y1), gradient(x1, y1), share.x);
    let steepness = mix(north, south, share.y) * light.gradient_scale;

    let slope = atan(length(steepness));
    var scaled = slope;
    if light.intensity != 0.5 {
        let base = 1.875 - light.intensity * 1.75;
        scaled = (pow(base, slope) - 1.0) / (pow(base, PI / 2.0) - 1.0) * PI / 2.0;
    }
    let strength = clamp(light.intensity * 2.0, 0.0, 1.0);
    // 1 where the slope faces the light, 0 where it faces away; downhill is against the gradient
    let downhill = atan2(-steepness.x, steepness.y);
    let turn = abs(fract((downhill - light.azimuth_rad) / (2.0 * PI) + 0.5) - 0.5) * 2.0;
    let shade = mix(light.shadow, light.highlight, 1.0 - turn) * sin(scaled) * strength;
    let accent = light.accent * (1.0 - cos(scaled)) * strength;
    return accent * (1.0 - shade.a) + shade;
}
