//! Where tensors live and in what type frozen towers compute.

use crate::{Error, Result};
use candle_core::{DType, Device};

/// The device called `name`: `cpu`, `cuda` or `cuda:N`, or `auto` (the first GPU where this build
/// and machine have one, else the CPU, with a warning where a GPU that this build could use does not start).
///
/// # Errors
/// When the name is unknown, the build has no CUDA, or the GPU cannot be opened.
pub fn pick_device(name: &str) -> Result<Device> {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "cpu" => return Ok(Device::Cpu),
        "auto" | "" if candle_core::utils::cuda_is_available() => {
            return Ok(open_gpu(0).unwrap_or_else(|e| {
                tracing::warn!("computing on the CPU: {e}; `mlpt doctor` tells more");
                Device::Cpu
            }));
        }
        "auto" | "" => return Ok(Device::Cpu),
        _ => {}
    }
    let ordinal = match name.strip_prefix("cuda") {
        Some("") => 0,
        Some(rest) => rest.strip_prefix(':').and_then(|n| n.parse::<usize>().ok()).ok_or_else(|| unknown(&name))?,
        None => return Err(unknown(&name)),
    };
    if !candle_core::utils::cuda_is_available() {
        return Err(Error::invalid(format!(
            "device '{name}': this build has no CUDA; build with `--features cuda`, or use `cpu`"
        )));
    }
    open_gpu(ordinal)
}

fn open_gpu(ordinal: usize) -> Result<Device> {
    Device::new_cuda(ordinal).map_err(|e| Error::invalid(format!("device 'cuda:{ordinal}' cannot be opened: {e}")))
}

fn unknown(name: &str) -> Error {
    Error::invalid(format!("unknown device '{name}': use auto, cpu or cuda:N"))
}

/// The compute type of frozen towers for `PREC` (`fp32`, `fp16`, `bf16`, `amp`) on `device`, with a notice where the two
/// differ: a CPU computes in f32 whatever is asked for.
///
/// # Errors
/// When the name is unknown.
pub fn parse_dtype(prec: &str, device: &Device) -> Result<(DType, Option<String>)> {
    let dtype = match prec.trim().to_ascii_lowercase().as_str() {
        "fp32" => DType::F32,
        "fp16" => DType::F16,
        // Mixed precision that needs no scaling of the loss: bf16 has the range of f32.
        "bf16" | "amp" => DType::BF16,
        name => return Err(Error::Config(vec![format!("PREC is '{name}': it can be fp32, fp16, bf16 or amp")])),
    };
    if dtype == DType::F32 || !device.is_cpu() {
        return Ok((dtype, None));
    }
    let notice = format!("PREC {prec} is fp32 on the CPU, where half precision is no faster");
    Ok((DType::F32, Some(notice)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(pick_device("CPU").unwrap().is_cpu());
        for bad in ["gpu", "cuda:x", "cuda1", "cpu:0"] {
            assert!(pick_device(bad).unwrap_err().to_string().contains("unknown device"), "{bad}");
        }
        #[cfg(not(feature = "cuda"))]
        assert!(pick_device("cuda:0").unwrap_err().to_string().contains("--features cuda"));
    }

    #[test]
    fn half_precision_falls_back_on_a_cpu() {
        let (dtype, notice) = parse_dtype("fp16", &Device::Cpu).unwrap();
        assert_eq!(dtype, DType::F32);
        assert!(notice.unwrap().contains("fp16"));
        assert!(parse_dtype("fp8", &Device::Cpu).is_err());
    }
}
