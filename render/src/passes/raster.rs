//! An image stretched over the tile.

use super::{Recipe, pipeline, sampler_entry, texture, texture_entry};
use crate::{device::Gpu, draw_list::RasterQuad, narrow::count};

#[derive(Debug)]
pub(super) struct RasterPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    smooth: wgpu::Sampler,
    blocky: wgpu::Sampler,
}

impl RasterPass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("raster"),
                entries: &[texture_entry(0, true), sampler_entry(1)],
            });
        let recipe = Recipe {
            label: "raster",
            shader: include_str!("raster.wgsl"),
            layouts: &[view_layout, &layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleList,
        };
        let sampler = |filter| {
            let descriptor = wgpu::SamplerDescriptor {
                mag_filter: filter,
                min_filter: filter,
                ..wgpu::SamplerDescriptor::default()
            };
            gpu.device.create_sampler(&descriptor)
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
            smooth: sampler(wgpu::FilterMode::Linear),
            blocky: sampler(wgpu::FilterMode::Nearest),
            layout,
        }
    }

    pub(super) fn upload(&self, gpu: &Gpu, quad: &RasterQuad) -> wgpu::BindGroup {
        let side = count(quad.size + 2);
        let view = texture(
            gpu,
            side,
            wgpu::TextureFormat::Rgba8Unorm,
            bytemuck::cast_slice(&quad.pixels),
        );
        let sampler = if quad.smooth {
            &self.smooth
        } else {
            &self.blocky
        };
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("raster"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&view),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: wgpu::BindingResource::Sampler(sampler),
                },
            ],
        })
    }

    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, group: &wgpu::BindGroup) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(1, group, &[]);
        pass.draw(0..3, 0..1);
    }
}
