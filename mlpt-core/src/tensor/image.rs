//! What residual networks need of images that lie as `[B, H, W, C]`. Without a gradient: these towers are frozen
//! and so are their inputs.

use super::kernel;
use crate::Result;
use candle_core::Tensor;

/// `max(x, 0)`, element by element.
///
/// # Errors
/// When a tensor operation fails.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    let x = x.detach();
    if !kernel::fits(&x) {
        return Ok(x.relu()?);
    }
    let row = x.dims().last().copied().unwrap_or(1);
    Ok(kernel::map(&x, row, |_, x, out| {
        for (o, &x) in out.iter_mut().zip(x) {
            *o = x.max(0.0);
        }
    })?)
}

/// The mean of every 2 x 2 pixels: `[B, H, W, C]` to `[B, H / 2, W / 2, C]`; an odd last row or column is left out.
///
/// # Errors
/// When the shape is another.
pub fn average_pool(x: &Tensor) -> Result<Tensor> {
    let (batch, h, w, channels) = x.dims4()?;
    let (rows, columns) = (h / 2, w / 2);
    let x = x.detach().narrow(1, 0, 2 * rows)?.narrow(2, 0, 2 * columns)?.contiguous()?;
    let x = x.reshape((batch * rows, 2, columns * 2 * channels))?;
    let x = (x.narrow(1, 0, 1)? + x.narrow(1, 1, 1)?)?.reshape((batch * rows * columns, 2, channels))?;
    let x = ((x.narrow(1, 0, 1)? + x.narrow(1, 1, 1)?)? * 0.25)?;
    Ok(x.reshape((batch, rows, columns, channels))?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tensor::tests::{flat, image};

    #[test]
    fn pooling_is_the_mean_of_four_and_leaves_the_odd_out() {
        let x = image((2, 5, 7, 3));
        let want = x.permute((0, 3, 1, 2)).unwrap().narrow(2, 0, 4).unwrap().narrow(3, 0, 6).unwrap();
        let want = want.contiguous().unwrap().avg_pool2d(2).unwrap().permute((0, 2, 3, 1)).unwrap();
        assert_eq!(flat(&average_pool(&x).unwrap()), flat(&want));
        assert_eq!(flat(&relu(&x).unwrap()), flat(&x.relu().unwrap()));
    }
}
