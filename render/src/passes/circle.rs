//! Discs with a ring.

use super::quads::QuadPass;
use crate::{device::Gpu, draw_list::Circle};

pub(super) fn pass(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> QuadPass {
    let attributes =
        wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x3, 2 => Unorm8x4, 3 => Unorm8x4];
    let shader = include_str!("circle.wgsl");
    QuadPass::new::<Circle>(gpu, "circle", shader, &[view_layout], &attributes)
}
