//! Shaded relief from heights.

use super::{Recipe, buffer, pipeline, texture, texture_entry, uniform_entry};
use crate::{device::Gpu, draw_list::HillshadeQuad, narrow::count};

#[derive(Debug)]
pub(super) struct HillshadePass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
}

impl HillshadePass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("hillshade"),
                entries: &[texture_entry(0, false), uniform_entry(1)],
            });
        let recipe = Recipe {
            label: "hillshade",
            shader: include_str!("hillshade.wgsl"),
            layouts: &[view_layout, &layout],
            buffers: &[],
            topology: wgpu::PrimitiveTopology::TriangleList,
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
            layout,
        }
    }

    pub(super) fn upload(&self, gpu: &Gpu, quad: &HillshadeQuad) -> wgpu::BindGroup {
        let side = count(quad.size + 2);
        let view = texture(
            gpu,
            side,
            wgpu::TextureFormat::R32Float,
            bytemuck::cast_slice(&quad.heights_m),
        );
        let light = buffer(gpu, &[quad.light], wgpu::BufferUsages::UNIFORM)
            .expect("a light is not nothing");
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("hillshade"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&view),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: light.as_entire_binding(),
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
