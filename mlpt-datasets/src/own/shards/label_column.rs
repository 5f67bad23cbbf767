//! The labels of one file.

use super::guard::guarded;
use super::shard::Shard;
use mlpt_core::{Error, Result};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use std::fs::File;
use std::sync::Arc;

/// One for each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    Numbers(Vec<i64>),
    Texts(Vec<String>),
}

/// Reads the column of labels.
///
/// # Errors
/// With file and row: when it is broken, or a row has no label.
pub(super) fn read(shard: &Shard) -> Result<Labels> {
    let path = &shard.file.path;
    let file = Arc::new(File::open(path).map_err(|e| Error::io(path, e))?);
    let mut labels = Labels::Numbers(Vec::new());
    let mut before = 0;
    for group in shard.meta.row_groups() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let values = guarded(path, || column(&file, group, shard.columns.label, rows))?;
        match (values, &mut labels) {
            (Values::Numbers(values), Labels::Numbers(all)) => append(shard, all, values, before)?,
            (Values::Bytes(values), _) => {
                let mut all = match labels {
                    Labels::Texts(all) => all,
                    Labels::Numbers(_) => Vec::new(),
                };
                let mut texts = Vec::new();
                for (row, value) in values.into_iter().enumerate() {
                    let text = value.map(|v| text(shard, &v, before + row)).transpose()?;
                    texts.push(text.filter(|t| !t.is_empty()));
                }
                append(shard, &mut all, texts, before)?;
                labels = Labels::Texts(all);
            }
            // The columns of one file have one type.
            (Values::Numbers(_), Labels::Texts(_)) => {}
        }
        before += rows;
    }
    Ok(labels)
}

enum Values {
    Numbers(Vec<Option<i64>>),
    Bytes(Vec<Option<ByteArray>>),
}

fn text(shard: &Shard, value: &ByteArray, row: usize) -> Result<String> {
    let text = std::str::from_utf8(value.data())
        .map_err(|_| Error::data(&shard.file.path, format!("row {row}: the label is not UTF-8 text")))?;
    Ok(text.trim().to_owned())
}

fn append<T>(shard: &Shard, all: &mut Vec<T>, values: Vec<Option<T>>, before: usize) -> Result<()> {
    for (row, value) in values.into_iter().enumerate() {
        let missing =
            || Error::data(&shard.file.path, format!("row {} has no label (rows count from 0)", before + row));
        all.push(value.ok_or_else(missing)?);
    }
    Ok(())
}

fn column(file: &Arc<File>, group: &RowGroupMetaData, index: usize, rows: usize) -> Result<Values, ParquetError> {
    let chunk = group.column(index);
    let pages = SerializedPageReader::new(file.clone(), chunk, rows, None)?;
    let deepest = chunk.column_descr().max_def_level();
    Ok(match get_column_reader(chunk.column_descr_ptr(), Box::new(pages)) {
        ColumnReader::Int32ColumnReader(reader) => {
            let values = all(reader, rows, deepest)?;
            Values::Numbers(values.into_iter().map(|v| v.map(i64::from)).collect())
        }
        ColumnReader::Int64ColumnReader(reader) => Values::Numbers(all(reader, rows, deepest)?),
        ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(all(reader, rows, deepest)?),
        _ => return Err(ParquetError::General("the labels are neither integers nor text".to_owned())),
    })
}

fn all<D: DataType>(
    mut reader: ColumnReaderImpl<D>,
    rows: usize,
    deepest: i16,
) -> Result<Vec<Option<D::T>>, ParquetError> {
    let mut rows_read = Vec::new();
    while rows_read.len() < rows {
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        let wanted = (deepest > 0).then_some(&mut levels);
        let (count, _, _) = reader.read_records(1024.min(rows - rows_read.len()), wanted, None, &mut values)?;
        if count == 0 {
            return Err(ParquetError::EOF(format!("{} labels in a row group of {rows} rows", rows_read.len())));
        }
        let mut values = values.into_iter();
        match deepest {
            0 => rows_read.extend(values.map(Some)),
            _ => rows_read.extend(levels.iter().map(|level| if *level == deepest { values.next() } else { None })),
        }
    }
    Ok(rows_read)
}
