//! A file's content, from the hub into a part file that survives faults.

use super::Progress;
use super::answer::{Subject, refused};
use super::fault::{Fault, Kind};
use super::url::shown;
use super::wire::{Reply, Wire};
use crate::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

/// One file on its way.
pub(super) struct Transfer<'a> {
    pub(super) wire: &'a Wire,
    pub(super) url: &'a str,
    pub(super) subject: Subject<'a>,
    /// The longest silence.
    pub(super) silence: Duration,
    pub(super) part: &'a Path,
    /// In bytes, where the hub has said so.
    pub(super) size: Option<u64>,
    pub(super) progress: &'a dyn Progress,
    /// The most bytes that any try has had.
    pub(super) most: u64,
}

impl Transfer<'_> {
    /// One try: goes on where the part file ends, and brings it to the disk.
    pub(super) fn once(&mut self) -> Result<(), Fault> {
        let mut have = fs::metadata(self.part).map_or(0, |m| m.len());
        if self.size.is_some_and(|size| have > size) {
            self.discard()?;
            have = 0;
        }
        self.most = self.most.max(have);
        if self.size == Some(have) {
            return self.open(true).and_then(|file| file.sync_all()).map_err(|e| self.io(e));
        }
        let reply = self.wire.get(self.url, have, self.silence)?;
        match reply.status() {
            206 if have > 0 && range_start(&reply) == Some(have) => {}
            // The server knows no ranges, or the whole was asked for.
            200 => have = 0,
            206 | 416 => {
                self.discard()?;
                let what = "the server does not go on from where the part ends; starting again";
                return Err(Fault::new(Kind::Passing(None), format!("{}: {what}", shown(self.url))));
            }
            _ => return Err(refused(self.wire, &reply, self.subject)),
        }
        self.receive(reply, have)
    }

    fn receive(&mut self, reply: Reply, mut have: u64) -> Result<(), Fault> {
        let total = self.size.or_else(|| reply.number("content-length").map(|rest| rest + have));
        let mut file = self.open(have > 0).map_err(|e| self.io(e))?;
        self.progress.start(self.subject.file.unwrap_or_default(), total, have);
        let mut reader = reply.response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 18];
        let cause = loop {
            match reader.read(&mut buffer) {
                Ok(0) => break None,
                Ok(n) => {
                    file.write_all(buffer.get(..n).unwrap_or_default()).map_err(|e| self.io(e))?;
                    have += n as u64;
                    self.progress.advance(n as u64);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => break Some(ureq::Error::from(e)),
            }
        };
        file.sync_all().map_err(|e| self.io(e))?;
        let advanced = have > self.most;
        self.most = self.most.max(have);
        if cause.is_none() && total.is_none_or(|total| total == have) {
            return Ok(());
        }
        let shown_total = total.map_or_else(|| "an unknown number of".to_owned(), |t| t.to_string());
        if total.is_some_and(|total| have > total) {
            self.discard()?;
            let what = format!("{have} bytes came instead of {shown_total}");
            return Err(Fault::new(Kind::Passing(None), format!("{}: {what}", shown(self.url))));
        }
        let during =
            format!("broke off after {have} of {shown_total} bytes, which are kept: the next run goes on from there");
        let cause = cause.unwrap_or_else(|| std::io::Error::from(ErrorKind::UnexpectedEof).into());
        Err(Fault { advanced, ..Fault::network(self.url, &during, &cause) })
    }

    fn open(&self, keep: bool) -> std::io::Result<File> {
        if keep { OpenOptions::new().append(true).create(true).open(self.part) } else { File::create(self.part) }
    }

    fn discard(&self) -> Result<(), Fault> {
        match fs::remove_file(self.part) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(self.io(e)),
            _ => Ok(()),
        }
    }

    fn io(&self, error: std::io::Error) -> Fault {
        Error::io(self.part, error).into()
    }
}

/// The first byte of a partial answer.
fn range_start(reply: &Reply) -> Option<u64> {
    reply.header("content-range")?.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}
