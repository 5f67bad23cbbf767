//! The few messages of TensorBoard's event files, as protocol buffers.
//!
//! Fields stand in the order of their numbers, and those of the value 0 are left out, as the reference
//! does it: so files can be compared byte by byte.

/// What is told of one tag.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Scalar(f32),
    Histogram(Buckets),
    Picture(Picture),
}

/// How many figures lie below each limit and not below the one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Buckets {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) num: f64,
    pub(super) sum: f64,
    pub(super) sum_squares: f64,
    pub(super) limits: Vec<f64>,
    pub(super) counts: Vec<f64>,
}

/// A picture in RGB, as the bytes of a PNG file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) png: Vec<u8>,
}

/// The event that begins every file.
pub(super) fn begin(wall_time: f64) -> Vec<u8> {
    let mut event = Vec::new();
    double(1, wall_time, &mut event);
    bytes(3, b"brain.Event:2", &mut event);
    event
}

/// The event that tells `values` by tag at `step`.
pub(super) fn summary(wall_time: f64, step: u64, values: &[(String, Value)]) -> Vec<u8> {
    let mut summary = Vec::new();
    for (tag, value) in values {
        let mut message = Vec::new();
        bytes(1, tag.as_bytes(), &mut message);
        match value {
            // One of several: told even where it is 0.
            Value::Scalar(value) => {
                key(2, 5, &mut message);
                message.extend(value.to_le_bytes());
            }
            Value::Picture(picture) => bytes(4, &picture_bytes(picture), &mut message),
            Value::Histogram(buckets) => bytes(5, &buckets_bytes(buckets), &mut message),
        }
        bytes(1, &message, &mut summary);
    }
    let mut event = Vec::new();
    double(1, wall_time, &mut event);
    integer(2, step, &mut event);
    bytes(5, &summary, &mut event);
    event
}

fn picture_bytes(picture: &Picture) -> Vec<u8> {
    let mut message = Vec::new();
    integer(1, picture.height.into(), &mut message);
    integer(2, picture.width.into(), &mut message);
    // RGB.
    integer(3, 3, &mut message);
    bytes(4, &picture.png, &mut message);
    message
}

fn buckets_bytes(b: &Buckets) -> Vec<u8> {
    let mut message = Vec::new();
    for (field, value) in (1..).zip([b.min, b.max, b.num, b.sum, b.sum_squares]) {
        double(field, value, &mut message);
    }
    for (field, values) in [(6, &b.limits), (7, &b.counts)] {
        let packed: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        if !packed.is_empty() {
            bytes(field, &packed, &mut message);
        }
    }
    message
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn key(field: u64, wire_type: u64, out: &mut Vec<u8>) {
    varint(field << 3 | wire_type, out);
}

fn integer(field: u64, value: u64, out: &mut Vec<u8>) {
    if value != 0 {
        key(field, 0, out);
        varint(value, out);
    }
}

fn double(field: u64, value: f64, out: &mut Vec<u8>) {
    if value != 0.0 {
        key(field, 1, out);
        out.extend(value.to_le_bytes());
    }
}

fn bytes(field: u64, value: &[u8], out: &mut Vec<u8>) {
    key(field, 2, out);
    varint(value.len() as u64, out);
    out.extend(value);
}
