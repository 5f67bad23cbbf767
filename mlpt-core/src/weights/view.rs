//! Where a tensor's numbers stand in a file.

use super::sniff::Opened;
use crate::{Error, Result};
use bytemuck::Pod;
use candle_core::{DType, Device, Tensor, WithDType};
use half::{bf16, f16};
use std::ops::Range;

/// A tensor in a file: all of it lies within the storage that it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct View {
    dtype: DType,
    /// The first number's place in the file, in bytes.
    start: u64,
    shape: Vec<usize>,
    /// In numbers; 0 for a dimension of one.
    strides: Vec<usize>,
    /// The number of numbers.
    count: usize,
    /// The number of numbers from the first to the last in the file.
    span: usize,
}

impl View {
    /// A view of a storage (bytes of the file) that begins `offset` numbers into it.
    pub(super) fn new(
        dtype: DType,
        storage: &Range<u64>,
        offset: usize,
        shape: Vec<usize>,
        mut strides: Vec<usize>,
    ) -> Result<Self, String> {
        if shape.len() != strides.len() {
            return Err(format!("shape {shape:?} has strides {strides:?}"));
        }
        for (stride, size) in strides.iter_mut().zip(&shape) {
            // It says nothing there, and may be any number.
            *stride = if *size > 1 { *stride } else { 0 };
        }
        let measure = || -> Option<(usize, usize, u64, u64)> {
            let count = shape.iter().try_fold(1usize, |n, s| n.checked_mul(*s))?;
            if count == 0 {
                return Some((0, 0, 0, 0));
            }
            let steps =
                shape.iter().zip(&strides).try_fold(0usize, |n, (s, d)| n.checked_add((s - 1).checked_mul(*d)?))?;
            let span = steps.checked_add(1)?;
            let size = dtype.size_in_bytes();
            let (first, end) = (offset.checked_mul(size)?, offset.checked_add(span)?.checked_mul(size)?);
            count.checked_mul(size)?;
            Some((count, span, u64::try_from(first).ok()?, u64::try_from(end).ok()?))
        };
        let held = storage.end - storage.start;
        match measure() {
            Some((count, span, first, end)) if end <= held => {
                Ok(Self { dtype, start: storage.start + first, shape, strides, count, span })
            }
            _ => Err(format!(
                "shape {shape:?} with strides {strides:?} from number {offset} on does not fit into the {held} bytes that \
                 are there for it"
            )),
        }
    }

    /// All numbers of a storage, row by row.
    pub(super) fn whole(dtype: DType, storage: &Range<u64>, shape: Vec<usize>) -> Result<Self, String> {
        let strides =
            (0..shape.len()).map(|d| shape[d + 1..].iter().fold(1usize, |n, s| n.saturating_mul(*s))).collect();
        Self::new(dtype, storage, 0, shape, strides)
    }

    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// What the tensor takes in memory.
    pub(super) fn bytes(&self) -> u64 {
        self.count as u64 * self.dtype.size_in_bytes() as u64
    }

    /// Reads the numbers into a tensor of their own.
    pub(super) fn read(&self, from: &mut Opened) -> Result<Tensor> {
        match self.dtype {
            DType::U8 => self.numbers::<u8>(from),
            DType::U32 => self.numbers::<u32>(from),
            DType::I16 => self.numbers::<i16>(from),
            DType::I32 => self.numbers::<i32>(from),
            DType::I64 => self.numbers::<i64>(from),
            DType::BF16 => self.numbers::<bf16>(from),
            DType::F16 => self.numbers::<f16>(from),
            DType::F32 => self.numbers::<f32>(from),
            DType::F64 => self.numbers::<f64>(from),
            other => {
                Err(Error::model(&from.path, format!("holds numbers of type {other:?}; convert them to f32 first")))
            }
        }
    }

    fn numbers<T: Pod + WithDType>(&self, from: &mut Opened) -> Result<Tensor> {
        let mut held: Vec<T> = bytemuck::allocation::try_zeroed_vec(self.span)
            .map_err(|()| Error::model(&from.path, format!("a tensor {:?} does not fit into memory", self.shape)))?;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut held);
        from.fill(self.start, bytes)?;
        if cfg!(target_endian = "big") {
            bytes.chunks_exact_mut(size_of::<T>()).for_each(<[u8]>::reverse);
        }
        let numbers = if self.is_row_by_row() { held } else { self.gather(&held) };
        Ok(Tensor::from_vec(numbers, self.shape.as_slice(), &Device::Cpu)?)
    }

    fn is_row_by_row(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(size, stride)| {
            let as_expected = *size <= 1 || *stride == expected;
            expected *= size;
            as_expected
        })
    }

    /// The numbers row by row.
    fn gather<T: Copy>(&self, held: &[T]) -> Vec<T> {
        let (mut numbers, mut at) = (Vec::with_capacity(self.count), 0);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..self.count {
            numbers.push(held[at]);
            for d in (0..index.len()).rev() {
                index[d] += 1;
                at += self.strides[d];
                if index[d] < self.shape[d] {
                    break;
                }
                at -= self.strides[d] * self.shape[d];
                index[d] = 0;
            }
        }
        numbers
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_view_stays_within_its_storage() {
        let view = |offset, shape: &[usize], strides: &[usize]| {
            View::new(DType::F32, &(100..148), offset, shape.to_vec(), strides.to_vec())
        };
        assert_eq!(view(0, &[3, 4], &[4, 1]).unwrap(), View::whole(DType::F32, &(100..148), vec![3, 4]).unwrap());
        assert_eq!(view(2, &[2, 3], &[1, 4]).unwrap().start(), 108);
        // Whatever stands in a dimension of one, and where nothing is read.
        assert_eq!(view(11, &[1, 1], &[usize::MAX, 7]).unwrap().bytes(), 4);
        assert_eq!(view(99, &[5, 0], &[usize::MAX, 1]).unwrap().bytes(), 0);
        for (offset, shape, strides) in [
            (1, vec![3, 4], vec![4, 1]),
            (12, vec![], vec![]),
            (0, vec![2], vec![12]),
            (usize::MAX, vec![2], vec![1]),
            (0, vec![usize::MAX, 2], vec![0, 0]),
            (0, vec![1 << 40, 1 << 22], vec![0, 0]),
            (0, vec![3], vec![usize::MAX]),
            (0, vec![3], vec![]),
        ] {
            let message = view(offset, &shape, &strides).unwrap_err();
            assert!(message.contains(&format!("{shape:?}")), "{message}");
        }
        assert!(View::whole(DType::F32, &(100..147), vec![3, 4]).is_err());
    }

    #[test]
    fn strides_give_the_numbers_row_by_row() {
        let held: Vec<u8> = (0..24).collect();
        let view = View::new(DType::U8, &(0..24), 0, vec![4, 2, 3], vec![1, 12, 4]).unwrap();
        let expected: Vec<u8> =
            (0..4).flat_map(|a| (0..2).flat_map(move |b| (0..3).map(move |c| a + 12 * b + 4 * c))).collect();
        assert!(!view.is_row_by_row());
        assert_eq!(view.gather(&held), expected);
        let repeated = View::new(DType::U8, &(0..24), 0, vec![2, 3], vec![0, 1]).unwrap();
        assert_eq!(repeated.gather(&held), [0, 1, 2, 0, 1, 2]);
        assert!(View::new(DType::U8, &(0..24), 3, vec![2, 1, 3], vec![3, 9, 1]).unwrap().is_row_by_row());
    }
}
