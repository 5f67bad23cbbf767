//! Where a tower's weights come from: a file, or a random start.

use crate::prompt::NamedVar;
use crate::rng::RngTree;
use crate::tensor::{LayerNorm, Linear, Weight};
use crate::{Error, Result};
use candle_core::{CpuStorage, DType, Device, Storage, Tensor, Var};
use rand_distr::{Distribution, Normal};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// How a weight starts where there is no file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// The same number everywhere.
    Constant(f64),
}

enum Kind {
    Stored { tensors: BTreeMap<String, Tensor>, trainable: bool },
    Random(RngTree),
}

/// Hands out weights by their name on disk and keeps account, so that [`Weights::finish`] can list
/// everything that is missing, left over or of a wrong shape at once.
pub struct Weights {
    kind: Kind,
    dtype: DType,
    device: Device,
    vars: Vec<NamedVar>,
    faults: Vec<String>,
}

/// Tensors that older files hold and that carry no information.
const IGNORED: [&str; 2] = ["text_model.embeddings.position_ids", "vision_model.embeddings.position_ids"];

impl Weights {
    /// Frozen weights from a file's tensors, converted to `dtype` on `device`.
    pub fn frozen(tensors: BTreeMap<String, Tensor>, dtype: DType, device: &Device) -> Self {
        Self::new(Kind::Stored { tensors, trainable: false }, dtype, device)
    }

    /// Trainable weights (f32) that start from a file's tensors.
    pub fn trainable(tensors: BTreeMap<String, Tensor>, device: &Device) -> Self {
        Self::new(Kind::Stored { tensors, trainable: true }, DType::F32, device)
    }

    /// Trainable weights (f32) with a random start; each is drawn from its own child of `rng`.
    pub fn random(rng: RngTree, device: &Device) -> Self {
        Self::new(Kind::Random(rng), DType::F32, device)
    }

    fn new(kind: Kind, dtype: DType, device: &Device) -> Self {
        Self { kind, dtype, device: device.clone(), vars: Vec::new(), faults: Vec::new() }
    }

    /// The weight called `name`. A fault is noted, and zeros stand in for the weight until
    /// [`Weights::finish`] reports it.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn get(&mut self, name: &str, shape: &[usize], init: Init) -> Result<Weight> {
        self.get_as(name, shape, init, self.dtype)
    }

    /// What [`Weights::get`] converts to.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The same in `dtype`, for a weight that is to be worked on before it is used.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn get_as(&mut self, name: &str, shape: &[usize], init: Init, dtype: DType) -> Result<Weight> {
        let (value, trainable) = match &mut self.kind {
            Kind::Random(rng) => (draw(&rng.child(name), shape, init, &self.device)?, true),
            Kind::Stored { tensors, trainable } => match tensors.remove(name) {
                Some(t) if t.dims() == shape => {
                    if !all_finite(&t)? {
                        self.faults.push(format!("{name} holds a number that is not finite"));
                    }
                    (t.to_device(&self.device)?.to_dtype(dtype)?, *trainable)
                }
                Some(t) => {
                    self.faults.push(format!("{name} is {:?}, not {shape:?}", t.dims()));
                    (Tensor::zeros(shape, dtype, &self.device)?, *trainable)
                }
                None => {
                    self.faults.push(format!("{name} {shape:?} is missing"));
                    (Tensor::zeros(shape, dtype, &self.device)?, *trainable)
                }
            },
        };
        if !trainable {
            return Ok(Weight::Frozen(value));
        }
        let var = Var::from_tensor(&value)?;
        self.vars.push(NamedVar { name: name.to_owned(), var: var.clone() });
        Ok(Weight::Trainable(var))
    }

    /// `NAME.weight [outputs, inputs]` and `NAME.bias [outputs]`.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn with_bias(&mut self, name: &str, outputs: usize, inputs: usize, std: f64) -> Result<(Weight, Weight)> {
        let weight = self.get(&format!("{name}.weight"), &[outputs, inputs], Init::Normal(std))?;
        Ok((weight, self.get(&format!("{name}.bias"), &[outputs], Init::Constant(0.0))?))
    }

    /// A linear layer with bias.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn linear(&mut self, name: &str, outputs: usize, inputs: usize, std: f64) -> Result<Linear> {
        let (weight, bias) = self.with_bias(name, outputs, inputs, std)?;
        Ok(Linear::new(weight, Some(bias)))
    }

    /// A linear layer without bias.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn projection(&mut self, name: &str, outputs: usize, inputs: usize, std: f64) -> Result<Linear> {
        Ok(Linear::new(self.get(&format!("{name}.weight"), &[outputs, inputs], Init::Normal(std))?, None))
    }

    /// A layer norm of `width`, which works in f32 whatever the tower computes in.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn norm(&mut self, name: &str, width: usize, eps: f64) -> Result<LayerNorm> {
        let mut get =
            |part: &str, value| self.get_as(&format!("{name}.{part}"), &[width], Init::Constant(value), DType::F32);
        Ok(LayerNorm::new(get("weight", 1.0)?, get("bias", 0.0)?, eps))
    }

    /// The trainable weights in the order in which they were asked for; empty where frozen.
    ///
    /// # Errors
    /// [`Error::Invalid`] that lists every missing, left-over and misshapen weight.
    pub fn finish(mut self) -> Result<Vec<NamedVar>> {
        if let Kind::Stored { tensors, .. } = &self.kind {
            let left = tensors.iter().filter(|(name, _)| !IGNORED.contains(&name.as_str()));
            self.faults.extend(left.map(|(name, t)| format!("{name} {:?} is not known", t.dims())));
        }
        if self.faults.is_empty() {
            return Ok(self.vars);
        }
        let (count, shown) = (self.faults.len(), 12);
        let mut lines = self.faults;
        if count > shown {
            lines.truncate(shown);
            lines.push(format!("and {} more", count - shown));
        }
        Err(Error::invalid(format!(
            "the weights are not what the model's description asks for:\n  {}",
            lines.join("\n  ")
        )))
    }
}

/// Whether every number is one. Half a gigabyte passes through here when a model is loaded, so it is not copied.
fn all_finite(t: &Tensor) -> Result<bool> {
    /// Numbers for one thread at once.
    const PART: usize = 1 << 16;
    let (storage, layout) = t.storage_and_layout();
    if let (Storage::Cpu(storage), Some((from, to))) = (&*storage, layout.contiguous_offsets()) {
        match storage {
            CpuStorage::F32(x) => return Ok(x[from..to].par_chunks(PART).all(|x| x.iter().all(|x| x.is_finite()))),
            CpuStorage::F16(x) => return Ok(x[from..to].par_chunks(PART).all(|x| x.iter().all(|x| x.is_finite()))),
            CpuStorage::BF16(x) => return Ok(x[from..to].par_chunks(PART).all(|x| x.iter().all(|x| x.is_finite()))),
            _ => {}
        }
    }
    drop(storage);
    // A product with zero is zero for finite numbers only, and a sum keeps what is not.
    Ok((t.to_dtype(DType::F32)? * 0.0)?.sum_all()?.to_scalar::<f32>()? == 0.0)
}

fn draw(rng: &RngTree, shape: &[usize], init: Init, device: &Device) -> Result<Tensor> {
    match init {
        Init::Constant(value) => Ok(Tensor::full(value as f32, shape, device)?),
        Init::Normal(std) => {
            let normal = Normal::new(0.0, std).map_err(|e| Error::invalid(format!("standard deviation {std}: {e}")))?;
            let count = shape.iter().product();
            let numbers: Vec<f32> = normal.sample_iter(rng.rng()).take(count).map(|x| x as f32).collect();
            Ok(Tensor::from_vec(numbers, shape, device)?)
        }
    }
}
