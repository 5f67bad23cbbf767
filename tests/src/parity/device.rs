//! Where the comparisons compute: the CPU, unless the program says otherwise before the first of them.

use candle_core::Device;
use mlpt_core::tensor::pick_device;
use mlpt_core::{Error, Result};
use std::sync::OnceLock;

static DEVICE: OnceLock<Device> = OnceLock::new();

/// Computes every comparison on the device called `name` (`cpu`, `cuda:N`).
///
/// # Errors
/// When there is no such device, or comparisons have begun.
pub fn compute_on(name: &str) -> Result<()> {
    DEVICE.set(pick_device(name)?).map_err(|_| Error::invalid("the comparisons have begun"))
}

/// Where comparisons compute.
pub(super) fn device() -> &'static Device {
    DEVICE.get_or_init(|| Device::Cpu)
}
