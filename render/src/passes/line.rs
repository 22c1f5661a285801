//! Line segments, each a quad whose pixels measure their distance to the segment.

use super::quads::QuadPass;
use crate::{device::Gpu, draw_list::LineSegment};

pub(super) fn pass(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> QuadPass {
    let attributes = wgpu::vertex_attr_array![
        0 => Float32x4, 1 => Float32x4, 2 => Float32x3, 3 => Uint32, 4 => Float32x2, 5 => Unorm8x4
    ];
    let shader = include_str!("line.wgsl");
    QuadPass::new::<LineSegment>(gpu, "line", shader, &[view_layout], &attributes)
}
