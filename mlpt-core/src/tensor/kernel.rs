//! Row-wise loops over f32 on the CPU, spread over the cores.
//!
//! candle's element-wise operations run on one core and make one pass each; these fuse the passes.
//! Every caller has a composed form for other devices and types.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Numbers in one unit of parallel work: enough to outweigh handing it out.
const GRAIN: usize = 1 << 15;

/// Whether `x` is what the kernels take.
pub(super) fn fits(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == DType::F32
}

/// `f(row index, row of x, row of the result)` for every row of `width` numbers.
pub(super) fn map<F>(x: &Tensor, width: usize, f: F) -> Result<Tensor>
where
    F: Fn(usize, &[f32], &mut [f32]) + Send + Sync,
{
    x.contiguous()?.apply_op1_no_bwd(&Map { width, f })
}

/// `f(row of x, row of y, row of the result)` for every row of `width` numbers.
pub(super) fn zip<F>(x: &Tensor, y: &Tensor, width: usize, f: F) -> Result<Tensor>
where
    F: Fn(&[f32], &[f32], &mut [f32]) + Send + Sync,
{
    x.contiguous()?.apply_op2_no_bwd(&y.contiguous()?, &Zip { width, f })
}

/// Adds up `f(row of x, row of y, &mut sums)` over all rows; the result has `out` numbers. The
/// order of addition depends on the number of rows only, never on the threads.
pub(super) fn fold<F>(x: &Tensor, y: &Tensor, width: usize, out: usize, f: F) -> Result<Tensor>
where
    F: Fn(&[f32], &[f32], &mut [f32]) + Send + Sync,
{
    x.contiguous()?.apply_op2_no_bwd(&y.contiguous()?, &Fold { width, out, f })
}

struct Map<F> {
    width: usize,
    f: F,
}

struct Zip<F> {
    width: usize,
    f: F,
}

struct Fold<F> {
    width: usize,
    out: usize,
    f: F,
}

fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(all), Some((from, to))) => Ok(&all[from..to]),
        _ => bail!("the kernel takes contiguous f32"),
    }
}

fn rows_at_once(width: usize) -> usize {
    (GRAIN / width.max(1)).max(1)
}

impl<F: Fn(usize, &[f32], &mut [f32]) + Send + Sync> CustomOp1 for Map<F> {
    fn name(&self) -> &'static str {
        "map-rows"
    }
    fn cpu_fwd(&self, s: &CpuStorage, l: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, d, n) = (numbers(s, l)?, self.width.max(1), rows_at_once(self.width));
        let mut out = vec![0f32; x.len()];
        out.par_chunks_mut(d * n).zip(x.par_chunks(d * n)).enumerate().for_each(|(chunk, (out, x))| {
            for (row, (out, x)) in out.chunks_mut(d).zip(x.chunks(d)).enumerate() {
                (self.f)(chunk * n + row, x, out);
            }
        });
        Ok((CpuStorage::F32(out), l.shape().clone()))
    }
}

impl<F: Fn(&[f32], &[f32], &mut [f32]) + Send + Sync> CustomOp2 for Zip<F> {
    fn name(&self) -> &'static str {
        "zip-rows"
    }
    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, y) = (numbers(s1, l1)?, numbers(s2, l2)?);
        if x.len() != y.len() {
            bail!("the kernel takes equal shapes, not {:?} and {:?}", l1.shape(), l2.shape());
        }
        let (d, n) = (self.width.max(1), rows_at_once(self.width));
        let mut out = vec![0f32; x.len()];
        let parts = out.par_chunks_mut(d * n).zip(x.par_chunks(d * n)).zip(y.par_chunks(d * n));
        parts.for_each(|((out, x), y)| {
            for ((out, x), y) in out.chunks_mut(d).zip(x.chunks(d)).zip(y.chunks(d)) {
                (self.f)(x, y, out);
            }
        });
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }
}

impl<F: Fn(&[f32], &[f32], &mut [f32]) + Send + Sync> CustomOp2 for Fold<F> {
    fn name(&self) -> &'static str {
        "fold-rows"
    }
    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, y) = (numbers(s1, l1)?, numbers(s2, l2)?);
        if x.len() != y.len() {
            bail!("the kernel takes equal shapes, not {:?} and {:?}", l1.shape(), l2.shape());
        }
        let (d, n) = (self.width.max(1), rows_at_once(self.width));
        let parts: Vec<Vec<f32>> = x
            .par_chunks(d * n)
            .zip(y.par_chunks(d * n))
            .map(|(x, y)| {
                let mut sums = vec![0f32; self.out];
                for (x, y) in x.chunks(d).zip(y.chunks(d)) {
                    (self.f)(x, y, &mut sums);
                }
                sums
            })
            .collect();
        let mut total = vec![0f32; self.out];
        for part in parts {
            for (t, p) in total.iter_mut().zip(part) {
                *t += p;
            }
        }
        Ok((CpuStorage::F32(total), Shape::from(self.out)))
    }
}

/// `e^x` to 2e-7 relative, in a form that the compiler turns into vector code: a polynomial on
/// the remainder by ln 2. Results that would be denormal are exactly 0, because denormals make the product that follows
/// several times slower.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let c = x.clamp(-87.0, 88.0);
    let shifted = c * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the remainder keeps its last bits.
    let r = c - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.0 / 5040.0;
    let p = p * r + 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let y = p * r * r + r + 1.0;
    let power = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let y = y * f32::from_bits(((power + 127) << 23) as u32);
    if x > -86.9 { y } else { 0.0 }
}

/// Sum of `f(x, y)` in sixteen lanes.
#[inline(always)]
pub(super) fn sum_by(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0f32; 16];
    let (xs, ys) = (x.chunks_exact(16), y.chunks_exact(16));
    let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(&a, &b)| f(a, b)).sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..16 {
            lanes[i] += f(a[i], b[i]);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_and_flushes() {
        for i in -8600..8700 {
            let x = i as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) - want).abs() <= 3e-7 * want, "{x}: {} {want}", exp(x));
        }
        assert_eq!(exp(0.0), 1.0);
        for x in [-87.1, -1e4, f32::MIN, f32::NEG_INFINITY] {
            assert_eq!(exp(x), 0.0);
        }
    }
}
