//! Line segments, each a quad whose pixels measure their distance to the segment.

use std::ops::Range;

use super::{Recipe, buffer, pipeline};
use crate::{
    device::Gpu,
    draw_list::{DrawList, LineSegment},
};

#[derive(Debug)]
pub(super) struct LinePass {
    pipeline: wgpu::RenderPipeline,
}

impl LinePass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let attributes = wgpu::vertex_attr_array![
            0 => Float32x4, 1 => Float32x4, 2 => Float32x3, 3 => Uint32, 4 => Float32x2, 5 => Unorm8x4
        ];
        let instances = wgpu::VertexBufferLayout {
            array_stride: size_of::<LineSegment>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &attributes,
        };
        let recipe = Recipe {
            label: "line",
            shader: include_str!("line.wgsl"),
            layouts: &[view_layout],
            buffers: &[Some(instances)],
            topology: wgpu::PrimitiveTopology::TriangleStrip,
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
        }
    }

    pub(super) fn upload(gpu: &Gpu, list: &DrawList) -> Option<wgpu::Buffer> {
        buffer(gpu, &list.segments, wgpu::BufferUsages::VERTEX)
    }

    pub(super) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        segments: Option<&wgpu::Buffer>,
        range: &Range<u32>,
    ) {
        if let Some(segments) = segments {
            pass.set_pipeline(&self.pipeline);
            pass.set_vertex_buffer(0, segments.slice(..));
            pass.draw(0..4, range.clone());
        }
    }
}
