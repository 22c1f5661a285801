//! Triangles with a colour at each corner.

use std::ops::Range;

use super::{Recipe, buffer, pipeline};
use crate::{
    device::Gpu,
    draw_list::{DrawList, FillVertex},
};

#[derive(Debug)]
pub(super) struct FillPass {
    pipeline: wgpu::RenderPipeline,
}

pub(super) struct FillBuffers {
    vertices: Option<wgpu::Buffer>,
    indices: Option<wgpu::Buffer>,
}

impl FillPass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let attributes = wgpu::vertex_attr_array![0 => Float32x2, 1 => Unorm8x4];
        let vertices = wgpu::VertexBufferLayout {
            array_stride: size_of::<FillVertex>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &attributes,
        };
        let recipe = Recipe {
            label: "fill",
            shader: include_str!("fill.wgsl"),
            layouts: &[view_layout],
            buffers: &[Some(vertices)],
            topology: wgpu::PrimitiveTopology::TriangleList,
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
        }
    }

    pub(super) fn upload(gpu: &Gpu, list: &DrawList) -> FillBuffers {
        FillBuffers {
            vertices: buffer(gpu, &list.fill_vertices, wgpu::BufferUsages::VERTEX),
            indices: buffer(gpu, &list.fill_indices, wgpu::BufferUsages::INDEX),
        }
    }

    pub(super) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        buffers: &FillBuffers,
        range: &Range<u32>,
    ) {
        if let (Some(vertices), Some(indices)) = (&buffers.vertices, &buffers.indices) {
            pass.set_pipeline(&self.pipeline);
            pass.set_vertex_buffer(0, vertices.slice(..));
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            pass.draw_indexed(range.clone(), 0, 0..1);
        }
    }
}
