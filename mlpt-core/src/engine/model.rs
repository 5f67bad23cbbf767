//! The device and the model of a run.

use crate::clip::{FrozenClip, ModelSource};
use crate::config::{Config, Origin, Value};
use crate::event::Events;
use crate::tensor::pick_device;
use crate::{Error, Result};
use candle_core::{DType, Device};

/// Loads the model that `MODEL.BACKBONE.NAME` means onto the device that `DEVICE` means.
///
/// # Errors
/// When there is no such device or model.
pub(super) fn load(config: &Config, events: &mut Events) -> Result<(FrozenClip, Device)> {
    let device = pick_device(&config.get::<String>("DEVICE")?)?;
    let source = ModelSource::parse(&config.get::<String>("MODEL.BACKBONE.NAME")?)?;
    let dtype = compute_type(&config.get::<String>("PREC")?, &device, events)?;
    Ok((FrozenClip::load_as(&source, &device, dtype)?, device))
}

/// What the frozen towers compute in; what is trained is f32 always.
fn compute_type(prec: &str, device: &Device, events: &mut Events) -> Result<DType> {
    match prec {
        "fp32" => Ok(DType::F32),
        "fp16" | "amp" if device.is_cpu() => {
            events.note(format!("PREC {prec} is fp32 on the CPU, where half precision is no faster"));
            Ok(DType::F32)
        }
        "fp16" | "amp" => Ok(DType::F16),
        other => Err(Error::Config(vec![format!("PREC is '{other}': it can be `fp32`, `fp16` or `amp`")])),
    }
}

/// `cpu` or `cuda:0`.
pub(super) fn device_name(device: &Device) -> String {
    match device.location() {
        candle_core::DeviceLocation::Cpu => "cpu".to_owned(),
        candle_core::DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
        candle_core::DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
    }
}

/// Makes the input settings those of the model: the size always, for the tower takes no other;
/// mean and deviation unless somebody set them. Published files say 224 for every model.
pub(super) fn fit_input(config: &mut Config, clip: &FrozenClip, events: &mut Events) -> Result<()> {
    let side = clip.input_size();
    let set_by_hand = |origin: &Origin| !matches!(origin, Origin::Default | Origin::Entry(_) | Origin::Model(_));
    let implied = || Origin::Model(clip.name().to_owned());
    let size = config.resolved("INPUT.SIZE")?.clone();
    let own = Value::from(vec![side, side]);
    if size.value != own {
        if set_by_hand(&size.origin) {
            events.note(format!(
                "INPUT.SIZE {} ({}) gives way to {side} x {side}, the only size that model {} takes",
                size.value,
                size.origin,
                clip.name()
            ));
        }
        config.set("INPUT.SIZE", own, implied());
    }
    for (path, own) in [("INPUT.PIXEL_MEAN", clip.mean()), ("INPUT.PIXEL_STD", clip.std())] {
        // Through the shortest decimal: 0.4814 as f32 is another number as f64.
        let own: Vec<f64> = own.iter().map(|x| x.to_string().parse().unwrap_or(f64::from(*x))).collect();
        if !set_by_hand(&config.resolved(path)?.origin) && config.get::<Vec<f64>>(path)? != own {
            config.set(path, own, implied());
        }
    }
    Ok(())
}
