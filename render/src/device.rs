//! The one device: Vulkan without a window system, opened once.

use std::sync::Arc;

use wgpu::{Adapter, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

use crate::RenderError;

/// What draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterInfo {
    /// Its name, for example `llvmpipe (LLVM 15.0.6, 256 bits)`.
    pub name: String,
    /// Its driver, with version.
    pub driver: String,
    /// Whether it is the processor.
    pub is_software: bool,
}

/// An open device with its queue.
#[derive(Debug)]
pub(crate) struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) info: AdapterInfo,
}

/// Opens the adapter whose name contains `wanted`; without a name the fastest kind there is.
pub(crate) fn open(wanted: Option<&str>) -> Result<Gpu, RenderError> {
    let mut descriptor = InstanceDescriptor::new_without_display_handle();
    descriptor.backends = Backends::VULKAN;
    descriptor.flags = InstanceFlags::empty();
    let instance = Instance::new(descriptor);
    let adapters = pollster::block_on(instance.enumerate_adapters(Backends::VULKAN));
    let seen: Vec<String> = adapters
        .iter()
        .map(|adapter| adapter.get_info().name)
        .collect();
    let matches = |adapter: &Adapter| {
        wanted.is_none_or(|wanted| {
            adapter
                .get_info()
                .name
                .to_lowercase()
                .contains(&wanted.to_lowercase())
        })
    };
    let best = adapters
        .into_iter()
        .filter(matches)
        .min_by_key(|adapter| preference(adapter.get_info().device_type));
    let adapter = best.ok_or_else(|| RenderError::NoAdapter {
        wanted: wanted.map_or_else(String::new, |wanted| format!("named {wanted:?} ")),
        seen: if seen.is_empty() {
            "none".to_owned()
        } else {
            seen.join(", ")
        },
    })?;
    let info = adapter.get_info();
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("render"),
        required_features: wgpu::Features::empty(),
        required_limits: wgpu::Limits::default(),
        experimental_features: wgpu::ExperimentalFeatures::disabled(),
        memory_hints: wgpu::MemoryHints::Performance,
        trace: wgpu::Trace::Off,
    };
    let (device, queue) =
        pollster::block_on(adapter.request_device(&descriptor)).map_err(|source| {
            RenderError::OpenDevice {
                adapter: info.name.clone(),
                source,
            }
        })?;
    device.on_uncaptured_error(Arc::new(
        |error| tracing::error!(%error, "the Vulkan device refused a command"),
    ));
    let driver = format!("{} {}", info.driver, info.driver_info)
        .trim()
        .to_owned();
    Ok(Gpu {
        device,
        queue,
        info: AdapterInfo {
            name: info.name,
            driver,
            is_software: info.device_type == DeviceType::Cpu,
        },
    })
}

fn preference(kind: DeviceType) -> u8 {
    match kind {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Cpu => 3,
        DeviceType::Other => 4,
    }
}
