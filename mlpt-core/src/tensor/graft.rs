//! A value computed outside the graph, put into it with a gradient of its own.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, Layout, MetalStorage};
use candle_core::{Result, Shape, Storage, Tensor, bail};
use std::sync::{Mutex, PoisonError};

/// What the backward pass is given.
pub struct Backward<'a> {
    /// The inputs, without a graph.
    pub inputs: &'a [Tensor],
    /// Which inputs need a gradient.
    pub wanted: &'a [bool],
    /// The value that was grafted, without a graph.
    pub value: &'a Tensor,
    /// The gradient of the loss for the value, contiguous and without a graph.
    pub grad: &'a Tensor,
}

/// Puts `value`, computed from `inputs` (one to three) without a graph, into the graph. `backward` returns
/// the gradient of each input in order, `None` only where it is not wanted. Without any tracked
/// input the value is returned as it is.
///
/// It costs one copy of the value, which is how this works on every device without a kernel.
///
/// # Errors
/// When there are no inputs or more than three, or the copy fails.
pub fn graft<B>(inputs: &[&Tensor], value: Tensor, backward: B) -> Result<Tensor>
where
    B: Fn(Backward<'_>) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
{
    let wanted: Vec<bool> = inputs.iter().map(|t| t.track_op()).collect();
    if !wanted.contains(&true) {
        return Ok(value);
    }
    let value = value.detach().contiguous()?;
    let op = Graft { value: Mutex::new(Some(value)), wanted, backward };
    match *inputs {
        [a] => a.apply_op1(op),
        [a, b] => a.apply_op2(b, op),
        [a, b, c] => a.apply_op3(b, c, op),
        _ => bail!("graft takes one to three inputs"),
    }
}

struct Graft<B> {
    /// Taken by the forward pass, so that the memory is not held twice.
    value: Mutex<Option<Tensor>>,
    wanted: Vec<bool>,
    backward: B,
}

impl<B: Fn(Backward<'_>) -> Result<Vec<Option<Tensor>>>> Graft<B> {
    fn take(&self) -> Result<Tensor> {
        let mut slot = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take().ok_or_else(|| candle_core::Error::Msg("a graft runs forward once".into()))
    }

    fn cpu(&self) -> Result<(CpuStorage, Shape)> {
        let value = self.take()?;
        let (storage, layout) = value.storage_and_layout();
        match (&*storage, layout.contiguous_offsets()) {
            // `try_clone` copies from the start of the storage.
            (Storage::Cpu(s), Some((0, _))) => Ok((s.try_clone(layout)?, layout.shape().clone())),
            (Storage::Cpu(_), _) => {
                let whole = value.force_contiguous()?;
                let (storage, layout) = whole.storage_and_layout();
                let Storage::Cpu(s) = &*storage else { bail!("graft: the value left its device") };
                Ok((s.try_clone(layout)?, layout.shape().clone()))
            }
            _ => bail!("graft: the value is on another device than its inputs"),
        }
    }

    fn cuda(&self) -> Result<(CudaStorage, Shape)> {
        let value = self.take()?.force_contiguous()?;
        let (storage, layout) = value.storage_and_layout();
        let Storage::Cuda(s) = &*storage else { bail!("graft: the value is on another device than its inputs") };
        Ok((s.try_clone(layout)?, layout.shape().clone()))
    }

    fn metal(&self) -> Result<(MetalStorage, Shape)> {
        let value = self.take()?.force_contiguous()?;
        let (storage, layout) = value.storage_and_layout();
        let Storage::Metal(s) = &*storage else { bail!("graft: the value is on another device than its inputs") };
        Ok((s.try_clone(layout)?, layout.shape().clone()))
    }

    fn run(&self, inputs: &[&Tensor], value: &Tensor, grad: &Tensor) -> Result<std::vec::IntoIter<Option<Tensor>>> {
        let inputs: Vec<Tensor> = inputs.iter().map(|t| t.detach()).collect();
        let grads = (self.backward)(Backward {
            inputs: &inputs,
            wanted: &self.wanted,
            value: &value.detach(),
            grad: &grad.detach().contiguous()?,
        })?;
        // candle panics where a tracked tensor ends up without a gradient.
        if grads.len() != inputs.len() || grads.iter().zip(&self.wanted).any(|(g, &w)| w && g.is_none()) {
            bail!("graft: the backward pass left out a gradient");
        }
        let kept: Vec<_> = grads.into_iter().zip(&self.wanted).map(|(g, &w)| g.filter(|_| w)).collect();
        Ok(kept.into_iter())
    }
}

impl<B: Fn(Backward<'_>) -> Result<Vec<Option<Tensor>>>> CustomOp1 for Graft<B> {
    fn name(&self) -> &'static str {
        "graft1"
    }
    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn metal_fwd(&self, _: &MetalStorage, _: &Layout) -> Result<(MetalStorage, Shape)> {
        self.metal()
    }
    fn bwd(&self, a: &Tensor, value: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.run(&[a], value, grad)?.next().flatten())
    }
}

impl<B: Fn(Backward<'_>) -> Result<Vec<Option<Tensor>>>> CustomOp2 for Graft<B> {
    fn name(&self) -> &'static str {
        "graft2"
    }
    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn metal_fwd(&self, _: &MetalStorage, _: &Layout, _: &MetalStorage, _: &Layout) -> Result<(MetalStorage, Shape)> {
        self.metal()
    }
    fn bwd(&self, a: &Tensor, b: &Tensor, value: &Tensor, grad: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut grads = self.run(&[a, b], value, grad)?;
        Ok((grads.next().flatten(), grads.next().flatten()))
    }
}

impl<B: Fn(Backward<'_>) -> Result<Vec<Option<Tensor>>>> CustomOp3 for Graft<B> {
    fn name(&self) -> &'static str {
        "graft3"
    }
    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }
    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }
    fn metal_fwd(
        &self,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
    ) -> Result<(MetalStorage, Shape)> {
        self.metal()
    }
    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        value: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut grads = self.run(&[a, b, c], value, grad)?;
        Ok((grads.next().flatten(), grads.next().flatten(), grads.next().flatten()))
    }
}
