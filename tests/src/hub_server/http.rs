//! Just enough HTTP/1.1.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a waiting thread looks whether the server is going down.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD`, `CONNECT`, ...
    pub method: String,
    /// Path and query as sent, or `host:port` of a `CONNECT`.
    pub path: String,
    /// Names in small letters, with their values.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first byte that a range asks for.
    pub(super) fn range_start(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// One client's connection.
pub(super) struct Connection<'a> {
    stream: TcpStream,
    stop: &'a AtomicBool,
}

impl<'a> Connection<'a> {
    pub(super) fn new(stream: TcpStream, stop: &'a AtomicBool) -> io::Result<Self> {
        stream.set_read_timeout(Some(TICK))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, stop })
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// The next request; `None` where the client is gone or the server goes down.
    pub(super) fn read(&mut self) -> Option<Request> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.stream.read(&mut byte) {
                Ok(0) => return None,
                // The beginning of TLS, which is not spoken here.
                Ok(_) if head.is_empty() && !byte[0].is_ascii_uppercase() => return None,
                Ok(_) => head.extend(byte),
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if self.is_stopped() {
                        return None;
                    }
                }
                Err(_) => return None,
            }
        }
        let text = String::from_utf8(head).ok()?;
        let mut lines = text.lines();
        let mut words = lines.next()?.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let pair = |line: &str| line.split_once(':').map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()));
        Some(Request { method, path, headers: lines.filter_map(pair).collect() })
    }

    pub(super) fn write(&mut self, status: u16, headers: &[(String, String)], length: usize) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {length}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes())
    }

    /// What the client of a `CONNECT` waits for.
    pub(super) fn tunnel(&mut self) -> io::Result<()> {
        self.stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }
}

/// A path without percent signs and query.
pub(super) fn decoded(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: Option<u8>| char::from(b.unwrap_or(b'0')).to_digit(16).unwrap_or(0) as u8;
        bytes.push(if byte == b'%' { hex(rest.next()) * 16 + hex(rest.next()) } else { byte });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
