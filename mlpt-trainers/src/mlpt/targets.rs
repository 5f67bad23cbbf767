//! What the learners are taught: label co-refinement, co-guessing, sharpening. No graph in here.

use candle_core::{D, DType, Tensor};
use mlpt_core::Result;

/// Label co-refinement: targets for probably clean images. `own`, `peer` are both learners'
/// probabilities `[B, C]`, `given` the given labels as one-hot rows `[B, C]`, `clean` their
/// probability of being clean `[B, 1]`:
/// `sharpen(clean given + (1 - clean) (own + peer) / 2)`.
///
/// # Errors
/// When shapes do not fit.
pub fn refine(own: &Tensor, peer: &Tensor, given: &Tensor, clean: &Tensor, temperature: f64) -> Result<Tensor> {
    let mean = ((own + peer)? * 0.5)?;
    let kept = given.broadcast_mul(clean)?;
    let learnt = mean.broadcast_mul(&clean.affine(-1.0, 1.0)?)?;
    sharpen(&(kept + learnt)?, temperature)
}

/// Label co-guessing: targets for images whose label is set aside: `sharpen((own + peer) / 2)`.
///
/// # Errors
/// When shapes do not fit.
pub fn guess(own: &Tensor, peer: &Tensor, temperature: f64) -> Result<Tensor> {
    sharpen(&((own + peer)? * 0.5)?, temperature)
}

/// `p^(1/T) / sum_c p^(1/T)` by rows of `[B, C]`. Rows are divided by their greatest entry first,
/// which changes nothing but keeps low temperatures from underflow.
///
/// # Errors
/// When a tensor operation fails.
pub fn sharpen(p: &Tensor, temperature: f64) -> Result<Tensor> {
    let scaled = p.broadcast_div(&p.max_keepdim(D::Minus1)?)?.powf(1.0 / temperature)?;
    Ok(scaled.broadcast_div(&scaled.sum_keepdim(D::Minus1)?)?)
}

/// One at the greatest entry of each row of `[B, C]`, zero elsewhere.
///
/// # Errors
/// When a tensor operation fails.
pub fn one_hot(p: &Tensor) -> Result<Tensor> {
    rows(&p.argmax(D::Minus1)?, p.dim(D::Minus1)?)
}

/// One-hot rows `[B, C]`, f32, of class numbers `[B]`, u32.
pub(super) fn rows(classes: &Tensor, count: usize) -> Result<Tensor> {
    let columns = Tensor::arange(0u32, count as u32, classes.device())?.unsqueeze(0)?;
    Ok(classes.unsqueeze(1)?.broadcast_eq(&columns)?.to_dtype(DType::F32)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn t(rows: &[[f32; 3]]) -> Tensor {
        Tensor::from_vec(rows.concat(), (rows.len(), 3), &Device::Cpu).unwrap()
    }

    fn close(a: &Tensor, b: &[[f32; 3]]) {
        let a = a.to_vec2::<f32>().unwrap();
        for (x, y) in a.iter().flatten().zip(b.iter().flatten()) {
            assert!((x - y).abs() < 1e-6, "{a:?} is not {b:?}");
        }
    }

    #[test]
    fn refinement_by_hand() {
        let (own, peer) = (t(&[[0.6, 0.4, 0.0]]), t(&[[0.2, 0.2, 0.6]]));
        let given = rows(&Tensor::new(&[2u32], &Device::Cpu).unwrap(), 3).unwrap();
        let clean = Tensor::new(&[[0.25f32]], &Device::Cpu).unwrap();
        // Mean .4 .3 .3; mixed .3 .225 .475; squared .09 .050625 .225625, sum .36625.
        let refined = refine(&own, &peer, &given, &clean, 0.5).unwrap();
        close(&refined, &[[0.09 / 0.36625, 0.050625 / 0.36625, 0.225625 / 0.36625]]);
        // A surely clean label stands as it is.
        let sure = Tensor::new(&[[1.0f32]], &Device::Cpu).unwrap();
        close(&refine(&own, &peer, &given, &sure, 0.5).unwrap(), &[[0.0, 0.0, 1.0]]);
        // Squares of .4 .3 .3 over their sum .34.
        close(&guess(&own, &peer, 0.5).unwrap(), &[[0.16 / 0.34, 0.09 / 0.34, 0.09 / 0.34]]);
        close(&guess(&own, &peer, 1.0).unwrap(), &[[0.4, 0.3, 0.3]]);
    }

    #[test]
    fn targets_sum_to_one_even_when_cold() {
        let p = t(&[[0.34, 0.33, 0.33], [1.0, 0.0, 0.0], [1e-30, 0.5, 0.5]]);
        for temperature in [1.0, 0.5, 1e-3] {
            let sums = sharpen(&p, temperature).unwrap().sum(1).unwrap().to_vec1::<f32>().unwrap();
            assert!(sums.iter().all(|s| (s - 1.0).abs() < 1e-6), "{temperature}: {sums:?}");
        }
        close(&one_hot(&p.narrow(0, 0, 2).unwrap()).unwrap(), &[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]);
    }
}
