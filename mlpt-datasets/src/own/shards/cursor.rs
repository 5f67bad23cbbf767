//! Reading pictures of one row group, forwards: a page at a time is in memory.

use super::shard::Shard;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::{ParquetError, Result};
use parquet::file::serialized_reader::SerializedPageReader;
use std::fs::File;
use std::sync::Arc;

/// A place in a row group's column of pictures. Pages before it are passed over without being read.
pub(super) struct Cursor {
    /// Number of the shard and of the row group in it.
    pub(super) place: (usize, usize),
    /// The next row, counted in the row group.
    pub(super) next: usize,
    /// The most bytes that it can hold: those of the whole column in this group.
    pub(super) most: usize,
    column: ColumnReaderImpl<ByteArrayType>,
    deepest: i16,
}

impl Cursor {
    /// Opens the file anew: two cursors on one handle would move each other.
    pub(super) fn open(shard: &Shard, number: usize, group: usize) -> Result<Self> {
        let file = File::open(&shard.file.path)?;
        if file.metadata()?.len() != shard.size {
            return Err(ParquetError::General("it has changed since the run began".to_owned()));
        }
        let rows = shard.meta.row_group(group);
        let chunk = rows.column(shard.columns.image);
        let count = usize::try_from(rows.num_rows())?;
        let pages = SerializedPageReader::new(Arc::new(file), chunk, count, None)?;
        let descriptor = chunk.column_descr_ptr();
        let most = usize::try_from(chunk.uncompressed_size()).unwrap_or(usize::MAX).min(1 << 40);
        let deepest = descriptor.max_def_level();
        match get_column_reader(descriptor, Box::new(pages)) {
            ColumnReader::ByteArrayColumnReader(column) => {
                Ok(Self { place: (number, group), next: 0, most, column, deepest })
            }
            _ => Err(ParquetError::General("the column of pictures does not hold bytes".to_owned())),
        }
    }

    /// The bytes in `row`, which must not lie behind; `None` where it has none.
    pub(super) fn read(&mut self, row: usize) -> Result<Option<ByteArray>> {
        let end = || ParquetError::EOF(format!("its row group ends before row {row} of it"));
        let ahead = row.checked_sub(self.next).ok_or_else(end)?;
        if self.column.skip_records(ahead)? != ahead {
            return Err(end());
        }
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        let wanted = (self.deepest > 0).then_some(&mut levels);
        if self.column.read_records(1, wanted, None, &mut values)?.0 != 1 {
            return Err(end());
        }
        self.next = row + 1;
        let there = levels.first().is_none_or(|level| *level == self.deepest);
        Ok(values.pop().filter(|_| there))
    }
}
