//! An image to draw into, and its way back to memory.

use std::time::Duration;

use super::{FORMAT, buffer};
use crate::{RenderError, device::Gpu};

/// A tile takes milliseconds; a device that is silent for this long is lost.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Target {
    pub(super) size_px: u32,
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    pub(super) view_group: wgpu::BindGroup,
    staging: wgpu::Buffer,
    row_bytes: u32,
}

impl Target {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout, size_px: u32) -> Self {
        let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("tile"),
            size: extent(size_px),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let row_bytes = (size_px * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let staging = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("pixels"),
            size: u64::from(row_bytes) * u64::from(size_px),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let side = size_px as f32;
        let uniform = buffer(gpu, &[side, side, 0.0, 0.0], wgpu::BufferUsages::UNIFORM);
        let uniform = uniform.expect("four numbers are not nothing");
        let view_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("view"),
            layout: view_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: uniform.as_entire_binding(),
            }],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Self {
            size_px,
            texture,
            view,
            view_group,
            staging,
            row_bytes,
        }
    }

    pub(super) fn begin<'a>(
        &self,
        encoder: &'a mut wgpu::CommandEncoder,
        background: [u8; 4],
    ) -> wgpu::RenderPass<'a> {
        let [r, g, b, a] = background.map(|byte| f64::from(byte) / 255.0);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("tile"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a }),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        })
    }

    /// Submits what was encoded and waits for the pixels.
    pub(super) fn read_back(
        &self,
        gpu: &Gpu,
        mut encoder: wgpu::CommandEncoder,
    ) -> Result<Vec<u8>, RenderError> {
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(self.row_bytes),
            rows_per_image: None,
        };
        encoder.copy_texture_to_buffer(
            self.texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &self.staging,
                layout,
            },
            extent(self.size_px),
        );
        let submission = gpu.queue.submit([encoder.finish()]);
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        self.staging
            .map_async(wgpu::MapMode::Read, .., move |answer| {
                // the receiver waits below, unless polling failed first: then nobody needs the answer
                sender.send(answer).ok();
            });
        gpu.device
            .poll(wgpu::PollType::Wait {
                submission_index: Some(submission),
                timeout: Some(PATIENCE),
            })
            .map_err(|source| RenderError::Poll { source })?;
        let mapped = matches!(receiver.recv_timeout(PATIENCE), Ok(Ok(())));
        let view = if mapped {
            self.staging.get_mapped_range(..).ok()
        } else {
            None
        };
        let view = view.ok_or(RenderError::ReadBack)?;
        let row = self.size_px as usize * 4;
        let mut pixels = Vec::with_capacity(row * self.size_px as usize);
        for padded in view.chunks_exact(self.row_bytes as usize) {
            pixels.extend_from_slice(&padded[..row]);
        }
        drop(view);
        self.staging.unmap();
        Ok(pixels)
    }
}

fn extent(side: u32) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width: side,
        height: side,
        depth_or_array_layers: 1,
    }
}
