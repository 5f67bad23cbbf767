"""Parquet files of pictures as the hub's library writes them, and in other shapes that people have.

Writes the folder `parquet/` and `parquet.json`: for every good file the rows as pyarrow reads them back,
each as SHA-256 of the picture's bytes and label.
"""

import hashlib
import io
import json
import pathlib
import shutil

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

HERE = pathlib.Path(__file__).parent
OUT = HERE / "parquet"
NAMES = ["cat", "dog", "sea_lion", "unicorn"]
RNG = numpy.random.default_rng(20)


def picture(label, kind="PNG"):
    """A small picture whose colour tells its class."""
    label = label or 0
    pixels = RNG.integers(0, 60, size=(6 + label, 8, 3), dtype=numpy.uint8)
    pixels[:, :, label % 3] += 150
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **({"quality": 30} if kind == "JPEG" else {}))
    return out.getvalue()


def hub_table(labels, start, label_name="label", names=NAMES):
    """A table with the columns and the metadata of `datasets`."""
    image = pa.array(
        [{"bytes": picture(label), "path": f"{start + i}.png"} for i, label in enumerate(labels)],
        pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    )
    features = {"image": {"_type": "Image"}, label_name: {"names": names, "_type": "ClassLabel"}}
    table = pa.table({"image": image, label_name: pa.array(labels, pa.int64())})
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def write(name, table, **options):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)


def with_null(column):
    """A table whose row 2 has no bytes, only a path."""
    rows = [{"bytes": picture(i % 2), "path": f"{i}.png"} for i in range(5)]
    rows[2]["bytes"] = None
    image = pa.array(rows, pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    return pa.table({column: image, "label": pa.array(["a", "b", "a", "b", "a"])})


def rows_of(path):
    table = pq.read_table(path)
    column, label = table.column_names
    rows = []
    for image, value in zip(table[column].to_pylist(), table[label].to_pylist()):
        data = image["bytes"] if isinstance(image, dict) else image
        rows.append([hashlib.sha256(data).hexdigest(), value])
    return rows


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    small = {"compression": "snappy", "row_group_size": 4}
    # Several groups with a dictionary, then several pages a group without one, of the second kind.
    write("hub/data/train-00000-of-00002.parquet", hub_table([0, 1, 2, 0, 1, 2, 0, 1, 2], 0), **small)
    write("hub/data/train-00001-of-00002.parquet", hub_table([2, 1, 0, 2, 1, 0], 9), compression="snappy",
          row_group_size=5, use_dictionary=False, data_page_size=200, write_batch_size=1, data_page_version="2.0",
          write_page_index=True)
    write("hub/data/validation-00000-of-00001.parquet", hub_table([0, 1, 2], 15), **small)
    write("hub/data/test-00000-of-00001.parquet", hub_table([2, 0, 1, 1, 2, 0], 18), **small)
    labels = ["tall_tree"] * 5 + ["bush"] * 5
    table = pa.table({"jpg": pa.array([picture(len(text) % 3, "JPEG") for text in labels], pa.binary()),
                      "cls": pa.array(labels)})
    write("plain/plants.parquet", table, compression="zstd", row_group_size=7)
    write("faults/empty-told.parquet", with_null("image"), **small)
    write("faults/empty-untold.parquet", with_null("image"), write_statistics=False, **small)
    write("faults/gzip.parquet", hub_table([0, 1], 0), compression="gzip")
    write("faults/numbers.parquet", pa.table({"image": pa.array([picture(i % 2) for i in range(8)], pa.binary()),
                                              "label": pa.array([i % 2 for i in range(8)], pa.int32())}))
    write("faults/no-label.parquet", hub_table([0, None, 1], 0), **small)
    write("faults/out-of-range.parquet", hub_table([0, 1, 7], 0), **small)
    write("faults/text-image.parquet", pa.table({"image": ["a.png"], "label": [0], "score": [0.5]}))
    good = [p for p in sorted(OUT.rglob("*.parquet")) if p.parts[-2] != "faults"]
    found = {p.relative_to(OUT).as_posix(): rows_of(p) for p in good}
    (HERE / "parquet.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")
    print(sum(p.stat().st_size for p in OUT.rglob("*.parquet")), "bytes")


main()
