//! Glyphs from the shared texture of distance fields.

use std::{
    fmt,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use bytemuck::{Pod, Zeroable};

use super::{buffer, quads::QuadPass, texture_entry};
use crate::{
    device::Gpu,
    draw_list::{DrawList, GlyphQuad},
    text::{Atlas, SdfGlyph, Slot},
};

pub(super) struct TextPass {
    quads: QuadPass,
    group: wgpu::BindGroup,
    texture: wgpu::Texture,
    atlas: Mutex<Atlas>,
}

impl fmt::Debug for TextPass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TextPass").finish_non_exhaustive()
    }
}

/// A glyph as the shader takes it: a parallelogram on the image and a rectangle in the texture.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Instance {
    corner: [f32; 2],
    right: [f32; 2],
    down: [f32; 2],
    /// Column, row, columns and rows in the texture.
    slot: [f32; 4],
    /// Image pixels per field pixel, growth and softness in image pixels.
    measure: [f32; 3],
    color: [u8; 4],
}

impl TextPass {
    pub(super) fn new(gpu: &Gpu, view_layout: &wgpu::BindGroupLayout) -> Self {
        let atlas_layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("glyphs"),
                entries: &[texture_entry(0, false)],
            });
        let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("glyphs"),
            size: wgpu::Extent3d {
                width: Atlas::WIDTH,
                height: Atlas::HEIGHT,
                depth_or_array_layers: 1,
            },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("glyphs"),
            layout: &atlas_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::TextureView(&view),
            }],
        });
        let attributes = wgpu::vertex_attr_array![
            0 => Float32x2, 1 => Float32x2, 2 => Float32x2, 3 => Float32x4, 4 => Float32x3, 5 => Unorm8x4
        ];
        let layouts = [view_layout, &atlas_layout];
        let shader = include_str!("text.wgsl");
        Self {
            quads: QuadPass::new::<Instance>(gpu, "text", shader, &layouts, &attributes),
            group,
            texture,
            atlas: Mutex::new(Atlas::new()),
        }
    }

    /// Glyphs without ink become empty quads, so that ranges of the list stay valid.
    pub(super) fn upload(&self, gpu: &Gpu, list: &DrawList) -> Option<wgpu::Buffer> {
        let mut atlas = self.atlas.lock().unwrap_or_else(PoisonError::into_inner);
        let instances: Vec<Instance> = list
            .glyphs
            .iter()
            .map(|quad| {
                let slot = atlas.slot(quad.face, quad.glyph, |slot, field| {
                    self.write(gpu, slot, field);
                });
                slot.map_or_else(Instance::zeroed, |slot| instance(quad, &slot))
            })
            .collect();
        drop(atlas);
        buffer(gpu, &instances, wgpu::BufferUsages::VERTEX)
    }

    pub(super) fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        glyphs: Option<&wgpu::Buffer>,
        range: &Range<u32>,
    ) {
        pass.set_bind_group(1, &self.group, &[]);
        self.quads.draw(pass, glyphs, range);
    }

    fn write(&self, gpu: &Gpu, slot: &Slot, field: &SdfGlyph) {
        let origin = wgpu::Origin3d {
            x: slot.x,
            y: slot.y,
            z: 0,
        };
        let place = wgpu::TexelCopyTextureInfo {
            origin,
            ..self.texture.as_image_copy()
        };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(slot.width),
            rows_per_image: None,
        };
        let size = wgpu::Extent3d {
            width: slot.width,
            height: slot.height,
            depth_or_array_layers: 1,
        };
        gpu.queue.write_texture(place, &field.values, layout, size);
    }
}

fn instance(quad: &GlyphQuad, slot: &Slot) -> Instance {
    let scale = quad.size_px / Atlas::SPEC.per_em as f32;
    let [c, s] = quad.rotation;
    let (left, top) = (slot.left as f32 * scale, -slot.top as f32 * scale);
    let (width, height) = (slot.width as f32 * scale, slot.height as f32 * scale);
    Instance {
        corner: [
            quad.origin[0] + left * c - top * s,
            quad.origin[1] + left * s + top * c,
        ],
        right: [width * c, width * s],
        down: [-height * s, height * c],
        slot: [
            slot.x as f32,
            slot.y as f32,
            slot.width as f32,
            slot.height as f32,
        ],
        measure: [scale, quad.grow_px, quad.blur_px],
        color: quad.color,
    }
}
