//! The executor: a draw list to pixels, one render pass per tile. Each kind of primitive has a file and a shader.

mod circle;
mod fill;
mod hillshade;
mod line;
mod quads;
mod raster;
mod target;
mod text;

use std::sync::Mutex;

use self::{quads::QuadPass, target::Target};
use crate::{
    RenderError,
    device::Gpu,
    draw_list::{Command, DrawList},
};

/// The format drawn into: colours are blended as they are written, as MapLibre does, so not sRGB.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Targets kept for the next tiles: more tiles than this are seldom drawn at once.
const TARGETS_KEPT: usize = 16;

/// All pipelines, and the textures they share.
#[derive(Debug)]
pub(crate) struct Passes {
    view_layout: wgpu::BindGroupLayout,
    fill: fill::FillPass,
    line: QuadPass,
    circle: QuadPass,
    text: text::TextPass,
    raster: raster::RasterPass,
    hillshade: hillshade::HillshadePass,
    targets: Mutex<Vec<Target>>,
}

/// What a pipeline is made of, besides what all of them share.
struct Recipe<'a> {
    label: &'a str,
    shader: &'a str,
    layouts: &'a [&'a wgpu::BindGroupLayout],
    buffers: &'a [Option<wgpu::VertexBufferLayout<'a>>],
    topology: wgpu::PrimitiveTopology,
}

impl Passes {
    pub(crate) fn new(gpu: &Gpu) -> Self {
        let view_layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("view"),
                entries: &[uniform_entry(0)],
            });
        Self {
            fill: fill::FillPass::new(gpu, &view_layout),
            line: line::pass(gpu, &view_layout),
            circle: circle::pass(gpu, &view_layout),
            text: text::TextPass::new(gpu, &view_layout),
            raster: raster::RasterPass::new(gpu, &view_layout),
            hillshade: hillshade::HillshadePass::new(gpu, &view_layout),
            view_layout,
            targets: Mutex::new(Vec::new()),
        }
    }

    /// Paints a list; the pixels are premultiplied RGBA, rows from the north.
    pub(crate) fn paint(&self, gpu: &Gpu, list: &DrawList) -> Result<Vec<u8>, RenderError> {
        let target = self.take_target(gpu, list.size_px);
        let fills = fill::FillPass::upload(gpu, list);
        let lines = buffer(gpu, &list.segments, wgpu::BufferUsages::VERTEX);
        let circles = buffer(gpu, &list.circles, wgpu::BufferUsages::VERTEX);
        let texts = self.text.upload(gpu, list);
        let rasters: Vec<_> = list
            .rasters
            .iter()
            .map(|quad| self.raster.upload(gpu, quad))
            .collect();
        let hillshades: Vec<_> = list
            .hillshades
            .iter()
            .map(|quad| self.hillshade.upload(gpu, quad))
            .collect();
        let mut encoder = gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("tile"),
            });
        {
            let mut pass = target.begin(&mut encoder, list.background);
            pass.set_bind_group(0, &target.view_group, &[]);
            for command in &list.commands {
                match command {
                    Command::Fill(range) => self.fill.draw(&mut pass, &fills, range),
                    Command::Line(range) => self.line.draw(&mut pass, lines.as_ref(), range),
                    Command::Circle(range) => self.circle.draw(&mut pass, circles.as_ref(), range),
                    Command::Text(range) => self.text.draw(&mut pass, texts.as_ref(), range),
                    Command::Raster(row) => self.raster.draw(&mut pass, &rasters[*row]),
                    Command::Hillshade(row) => self.hillshade.draw(&mut pass, &hillshades[*row]),
                }
            }
        }
        let pixels = target.read_back(gpu, encoder);
        if pixels.is_ok() {
            self.keep_target(target);
        }
        pixels
    }

    fn take_target(&self, gpu: &Gpu, size_px: u32) -> Target {
        let mut targets = self
            .targets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let kept = targets
            .iter()
            .position(|target| target.size_px == size_px)
            .map(|row| targets.swap_remove(row));
        drop(targets);
        kept.unwrap_or_else(|| Target::new(gpu, &self.view_layout, size_px))
    }

    fn keep_target(&self, target: Target) {
        let mut targets = self
            .targets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if targets.len() < TARGETS_KEPT {
            targets.push(target);
        }
    }
}

fn uniform_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    let ty = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty,
        count: None,
    }
}

fn texture_entry(binding: u32, filterable: bool) -> wgpu::BindGroupLayoutEntry {
    let ty = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty,
        count: None,
    }
}

fn sampler_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    let ty = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty,
        count: None,
    }
}

fn pipeline(gpu: &Gpu, recipe: &Recipe<'_>) -> wgpu::RenderPipeline {
    let module = gpu
        .device
        .create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(recipe.label),
            source: wgpu::ShaderSource::Wgsl(recipe.shader.into()),
        });
    let layouts: Vec<_> = recipe.layouts.iter().map(|layout| Some(*layout)).collect();
    let layout = gpu
        .device
        .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(recipe.label),
            bind_group_layouts: &layouts,
            immediate_size: 0,
        });
    gpu.device
        .create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(recipe.label),
            layout: Some(&layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: recipe.buffers,
            },
            primitive: wgpu::PrimitiveState {
                topology: recipe.topology,
                ..wgpu::PrimitiveState::default()
            },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format: FORMAT,
                    blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        })
}

/// A buffer with contents; none when there is nothing to hold.
fn buffer<T: bytemuck::Pod>(
    gpu: &Gpu,
    contents: &[T],
    usage: wgpu::BufferUsages,
) -> Option<wgpu::Buffer> {
    let bytes: &[u8] = bytemuck::cast_slice(contents);
    if bytes.is_empty() {
        return None;
    }
    let size = (bytes.len() as u64).next_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT);
    let descriptor = wgpu::BufferDescriptor {
        label: None,
        size,
        usage,
        mapped_at_creation: true,
    };
    let buffer = gpu.device.create_buffer(&descriptor);
    // Refused only by a lost device, which reading the pixels back reports.
    if let Ok(mut mapped) = buffer.slice(..bytes.len() as u64).get_mapped_range_mut() {
        mapped.copy_from_slice(bytes);
    }
    buffer.unmap();
    Some(buffer)
}

/// A texture with contents, and its view.
fn texture(gpu: &Gpu, side: u32, format: wgpu::TextureFormat, bytes: &[u8]) -> wgpu::TextureView {
    let size = wgpu::Extent3d {
        width: side,
        height: side,
        depth_or_array_layers: 1,
    };
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(side * 4),
        rows_per_image: None,
    };
    gpu.queue
        .write_texture(texture.as_image_copy(), bytes, layout, size);
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
