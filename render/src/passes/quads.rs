//! Instanced quads: one instance of a primitive in, its four corners painted. Lines, discs and glyphs are such.

use std::ops::Range;

use super::{Recipe, pipeline};
use crate::device::Gpu;

#[derive(Debug)]
pub(super) struct QuadPass {
    pipeline: wgpu::RenderPipeline,
}

impl QuadPass {
    /// A pass over instances of `T`, whose attributes are those the shader takes, in order.
    pub(super) fn new<T>(
        gpu: &Gpu,
        label: &str,
        shader: &str,
        layouts: &[&wgpu::BindGroupLayout],
        attributes: &[wgpu::VertexAttribute],
    ) -> Self {
        let instances = wgpu::VertexBufferLayout {
            array_stride: size_of::<T>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes,
        };
        let recipe = Recipe {
            label,
            shader,
            layouts,
            buffers: &[Some(instances)],
            topology: wgpu::PrimitiveTopology::TriangleStrip,
        };
        Self {
            pipeline: pipeline(gpu, &recipe),
        }
    }

    /// Paints a range of the instances; nothing where there are none.
    pub(super) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        instances: Option<&wgpu::Buffer>,
        range: &Range<u32>,
    ) {
        if let Some(instances) = instances {
            pass.set_pipeline(&self.pipeline);
            pass.set_vertex_buffer(0, instances.slice(..));
            pass.draw(0..4, range.clone());
        }
    }
}
