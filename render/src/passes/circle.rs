//! Discs with a ring.

use std::ops::Range;

use super::{Recipe, buffer, pipeline};
use crate::{
    device::Gpu,
    draw_list::{Circle, DrawList},
};

#[derive(Debug)]
pub(super) struct CirclePass {
    pipeline: wgpu::RenderPipeline,
}

impl CirclePass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let attributes =
            wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x3, 2 => Unorm8x4, 3 => Unorm8x4];
        let instances = wgpu::VertexBufferLayout {
            array_stride: size_of::<Circle>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &attributes,
        };
        let recipe = Recipe {
            label: "circle",
            shader: include_str!("circle.wgsl"),
            layouts: &[view_layout],
            buffers: &[Some(instances)],
            topology: wgpu::PrimitiveTopology::TriangleStrip,
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
        }
    }

    pub(super) fn upload(gpu: &Gpu, list: &DrawList) -> Option<wgpu::Buffer> {
        buffer(gpu, &list.circles, wgpu::BufferUsages::VERTEX)
    }

    pub(super) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        circles: Option<&wgpu::Buffer>,
        range: &Range<u32>,
    ) {
        if let Some(circles) = circles {
            pass.set_pipeline(&self.pipeline);
            pass.set_vertex_buffer(0, circles.slice(..));
            pass.draw(0..4, range.clone());
        }
    }
}
