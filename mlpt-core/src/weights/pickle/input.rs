//! The bytes of a pickle, one argument after the other.

use std::rc::Rc;

/// What is wrong with a pickle.
pub(super) type Fault = String;

pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next `len` bytes; a length is never believed before they are there.
    pub(super) fn take(&mut self, len: u64) -> Result<&'a [u8], Fault> {
        let rest = &self.bytes[self.at..];
        let len = usize::try_from(len).ok().filter(|n| *n <= rest.len()).ok_or("it ends early")?;
        self.at += len;
        Ok(&rest[..len])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.take(N as u64)?.first_chunk().copied().ok_or_else(|| "it ends early".to_owned())
    }

    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        Ok(self.array::<1>()?[0])
    }

    /// An unsigned number of `N` bytes, at most eight.
    pub(super) fn unsigned<const N: usize>(&mut self) -> Result<u64, Fault> {
        Ok(self.array::<N>()?.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// A text with its length, of `N` bytes, in front.
    pub(super) fn text<const N: usize>(&mut self) -> Result<Rc<str>, Fault> {
        let len = self.unsigned::<N>()?;
        Ok(String::from_utf8_lossy(self.take(len)?).into())
    }

    /// Skips bytes with their length, of `N` bytes, in front.
    pub(super) fn skip<const N: usize>(&mut self) -> Result<(), Fault> {
        let len = self.unsigned::<N>()?;
        self.take(len).map(drop)
    }

    /// A whole number of any length, in two's complement; `None` where it has more than 64 bits.
    pub(super) fn long(&mut self, len: u64) -> Result<Option<i64>, Fault> {
        let bytes = self.take(len)?;
        let negative = bytes.last().is_some_and(|b| *b >= 0x80);
        let mut whole = [if negative { 0xff } else { 0 }; 8];
        if bytes.len() > whole.len() {
            return Ok(None);
        }
        whole[..bytes.len()].copy_from_slice(bytes);
        Ok(Some(i64::from_le_bytes(whole)))
    }

    /// A line of text, without its end.
    pub(super) fn line(&mut self) -> Result<String, Fault> {
        let len = self.bytes[self.at..].iter().position(|b| *b == b'\n').ok_or("it ends early")?;
        let line = self.take(len as u64 + 1)?;
        Ok(String::from_utf8_lossy(&line[..len]).into_owned())
    }
}
