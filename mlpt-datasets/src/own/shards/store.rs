//! The pictures of all files, by key.

use super::cursor::Cursor;
use super::guard::guarded;
use super::shard::Shard;
use image::RgbImage;
use mlpt_core::data::{ImageStore, decode_picture};
use mlpt_core::{Error, Result};
use std::sync::{Mutex, PoisonError};

/// How many cursors may wait for the next row: each holds a file open.
const MOST: usize = 16;
/// How many may wait whatever they hold: as many as the loader has threads.
const LEAST: usize = 4;
/// How many bytes the others may hold together. A page is mostly a megabyte, but writers that count rows
/// put a thousand pictures in one.
const BUDGET: usize = 128 << 20;

/// Reads pictures by keys such as `train-00000-of-00002.parquet/000123`.
pub(super) struct Store {
    /// Sorted by key.
    shards: Vec<Shard>,
    /// Pictures are mostly asked for in order, by several threads; then a cursor is near.
    idle: Mutex<Vec<Cursor>>,
}

impl Store {
    /// A store of shards that are sorted by key.
    pub(super) fn new(shards: Vec<Shard>) -> Self {
        Self { shards, idle: Mutex::default() }
    }

    /// The shards.
    pub(super) fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// The shard, its number, and the row of a key.
    fn find(&self, key: &str) -> Result<(&Shard, usize, usize)> {
        let found = key.rsplit_once('/').and_then(|(file, row)| {
            let number = self.shards.binary_search_by(|shard| shard.file.key.as_str().cmp(file)).ok()?;
            Some((&self.shards[number], number, row.parse::<usize>().ok()?))
        });
        found.ok_or_else(|| Error::invalid(format!("the Parquet files have no picture called '{key}'")))
    }

    fn read(&self, shard: &Shard, number: usize, row: usize) -> Result<Vec<u8>> {
        let (group, row_there) = shard
            .place(row)
            .ok_or_else(|| Error::data(&shard.file.path, format!("there is no row {row}: it has {}", shard.rows())))?;
        let waiting = self.take((number, group), row_there);
        let (cursor, value) = guarded(&shard.file.path, || {
            let mut cursor = match waiting {
                Some(cursor) => cursor,
                None => Cursor::open(shard, number, group)?,
            };
            let value = cursor.read(row_there)?;
            Ok((cursor, value))
        })?;
        self.put(cursor);
        let bytes = value.ok_or_else(|| shard.no_picture(row))?;
        Ok(bytes.data().to_vec())
    }

    /// The cursor that is nearest before the row.
    fn take(&self, place: (usize, usize), row: usize) -> Option<Cursor> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |c: &&(usize, &Cursor)| c.1.place == place && c.1.next <= row;
        let (at, _) = idle.iter().enumerate().filter(|c| fits(&c)).max_by_key(|(_, c)| c.next)?;
        Some(idle.remove(at))
    }

    fn put(&self, cursor: Cursor) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(cursor);
        while idle.len() > MOST || (idle.len() > LEAST && idle.iter().map(|c| c.most).sum::<usize>() > BUDGET) {
            idle.remove(0);
        }
    }
}

impl ImageStore for Store {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let (shard, number, row) = self.find(key)?;
        let bytes = self.read(shard, number, row)?;
        decode_picture(&shard.file.path.join(format!("row {row}")), &bytes)
    }

    fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let (shard, number, row) = self.find(key)?;
        self.read(shard, number, row).map(Some)
    }
}
