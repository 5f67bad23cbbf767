//! The device and the model of a run.

use crate::Result;
use crate::clip::{FrozenClip, ModelSource};
use crate::config::{Config, Origin, Value};
use crate::event::Events;
use crate::tensor::{parse_dtype, pick_device};
use candle_core::Device;

/// Loads the model that `MODEL.BACKBONE.NAME` means onto the device that `DEVICE` means.
///
/// # Errors
/// When there is no such device or model.
pub(super) fn load(config: &Config, events: &mut Events) -> Result<(FrozenClip, Device)> {
    let device = pick_device(&config.get::<String>("DEVICE")?)?;
    let source = ModelSource::parse(&config.get::<String>("MODEL.BACKBONE.NAME")?)?;
    let (dtype, notice) = parse_dtype(&config.get::<String>("PREC")?, &device)?;
    if let Some(notice) = notice {
        events.note(notice);
    }
    let text_memory = (config.get::<usize>("MODEL.TEXT_MEMORY")? as u64).saturating_mul(1 << 20);
    Ok((FrozenClip::load_as(&source, &device, dtype)?.with_text_memory(text_memory), device))
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
