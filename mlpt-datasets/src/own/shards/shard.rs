//! One file, opened for its metadata only.

use super::ParquetConfig;
use super::columns::{Columns, pick};
use super::cursor::Cursor;
use super::files::File;
use super::guard::guarded;
use mlpt_core::{Error, Result};
use parquet::basic::Compression;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

/// A file with what its end says of it.
pub(super) struct Shard {
    pub(super) file: File,
    pub(super) meta: ParquetMetaData,
    pub(super) columns: Columns,
    /// Its size in bytes when it was opened.
    pub(super) size: u64,
    /// The first row of every row group, and the number of all rows at the end.
    starts: Vec<usize>,
}

impl Shard {
    /// Reads the metadata and checks that columns and compression can be read.
    ///
    /// # Errors
    /// With the file: when it is broken, a column is missing, the compression is another one, or a row
    /// has no picture.
    pub(super) fn open(file: File, config: &ParquetConfig) -> Result<Self> {
        let path = file.path.clone();
        let handle = std::fs::File::open(&path).map_err(|e| Error::io(&path, e))?;
        let size = handle.metadata().map_err(|e| Error::io(&path, e))?.len();
        let meta = guarded(&path, || ParquetMetaDataReader::new().parse_and_finish(&handle))?;
        let columns = pick(meta.file_metadata().schema_descr(), config).map_err(|m| Error::data(&path, m))?;
        let mut starts = vec![0_usize];
        for group in meta.row_groups() {
            let rows = usize::try_from(group.num_rows()).ok();
            let next = starts.last().copied().and_then(|start| start.checked_add(rows?));
            starts.push(next.ok_or_else(|| Error::data(&path, "its row groups have no sensible size"))?);
        }
        let shard = Self { file, meta, columns, size, starts };
        shard.check_compression()?;
        shard.check_pictures()?;
        Ok(shard)
    }

    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The row group of a row, and the row's place in it.
    pub(super) fn place(&self, row: usize) -> Option<(usize, usize)> {
        let group = self.starts.partition_point(|start| *start <= row).checked_sub(1)?;
        (row < self.rows()).then(|| (group, row - self.starts[group]))
    }

    /// The name of a row's picture.
    pub(super) fn key(&self, row: usize) -> String {
        format!("{}/{row:06}", self.file.key)
    }

    fn check_compression(&self) -> Result<()> {
        let used = self
            .meta
            .row_groups()
            .iter()
            .flat_map(|group| [self.columns.image, self.columns.label].map(|c| group.column(c)));
        let other = used
            .map(|column| column.compression())
            .find(|codec| !matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)));
        let Some(codec) = other else { return Ok(()) };
        let name = codec.to_string();
        let name = name.split('(').next().unwrap_or_default().to_lowercase();
        Err(Error::data(
            &self.file.path,
            format!(
                "is compressed with {name}; snappy, zstd and uncompressed files are read: write it again, with pyarrow \
                 for instance: pq.write_table(pq.read_table(FILE), FILE, compression=\"snappy\")"
            ),
        ))
    }

    /// Row groups that say of themselves that pictures are missing stop the run before it begins; others
    /// are found out when the row is read.
    fn check_pictures(&self) -> Result<()> {
        for (index, group) in self.meta.row_groups().iter().enumerate() {
            let nulls = group.column(self.columns.image).statistics().and_then(|s| s.null_count_opt()).unwrap_or(0);
            if nulls == 0 {
                continue;
            }
            let mut cursor = guarded(&self.file.path, || Cursor::open(self, 0, index))?;
            for row in 0..self.starts[index + 1] - self.starts[index] {
                if guarded(&self.file.path, || cursor.read(row))?.is_none() {
                    return Err(self.no_picture(self.starts[index] + row));
                }
            }
        }
        Ok(())
    }

    /// The message for a row without bytes.
    pub(super) fn no_picture(&self, row: usize) -> Error {
        Error::data(
            &self.file.path,
            format!(
                "row {row} has no picture in it (rows count from 0); remove the row, or write the file again with the \
                 pictures' bytes and not only their paths"
            ),
        )
    }
}
