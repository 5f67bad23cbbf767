//! From a request to an answer.

use super::base::{Shared, Told, held};
use super::http::{Connection, Request, TICK, decoded};
use super::repos::{Entry, Kind, Repo};
use super::rules::{Act, act_for};
use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

type Headers = Vec<(String, String)>;

/// What is sent where nothing goes wrong.
enum Answer {
    Bare(u16, Headers),
    Text(String),
    File(PathBuf, Headers),
}

/// Answers one request; whether the connection is still of use.
pub(super) fn serve(connection: &mut Connection<'_>, shared: &Shared) -> bool {
    let Some(request) = connection.read() else { return false };
    shared.note(&request);
    if request.method == "CONNECT" {
        return connection.tunnel().is_ok();
    }
    let (answer, act) = {
        let mut told = held(&shared.told);
        (answer(&told, shared, &request), act_for(&mut told.rules, &request))
    };
    send(connection, &request, answer, act).unwrap_or(false)
}

fn send(connection: &mut Connection<'_>, request: &Request, answer: Answer, act: Option<Act>) -> io::Result<bool> {
    let answer = match &act {
        Some(Act::Drop) => return Ok(false),
        Some(Act::Late(wait)) => {
            let start = Instant::now();
            while start.elapsed() < *wait && !connection.is_stopped() {
                std::thread::sleep(TICK);
            }
            answer
        }
        Some(Act::Status(status, headers)) => {
            Answer::Bare(*status, headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
        }
        Some(Act::Text(text)) => Answer::Text(text.clone()),
        _ => answer,
    };
    let head = request.method == "HEAD";
    match answer {
        Answer::Bare(status, headers) => connection.write(status, &headers, 0)?,
        Answer::Text(text) => {
            connection.write(200, &[], text.len())?;
            if !head {
                connection.send(text.as_bytes())?;
            }
        }
        Answer::File(path, headers) if head => {
            connection.write(200, &headers, usize::try_from(fs::metadata(path)?.len()).unwrap_or(usize::MAX))?;
        }
        Answer::File(path, headers) => return send_file(connection, request, &fs::read(path)?, headers, act),
    }
    Ok(true)
}

fn send_file(
    connection: &mut Connection<'_>,
    request: &Request,
    bytes: &[u8],
    mut headers: Headers,
    act: Option<Act>,
) -> io::Result<bool> {
    let whole = matches!(act, Some(Act::NoRanges | Act::CutWithoutRanges(_)));
    let asked = request.range_start().filter(|_| !whole);
    let start = asked.unwrap_or(0);
    if asked.is_some_and(|start| start >= bytes.len()) {
        connection.write(416, &[("Content-Range".to_owned(), format!("bytes */{}", bytes.len()))], 0)?;
        return Ok(true);
    }
    let mut body = bytes[start..].to_vec();
    if asked.is_some() {
        let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
        headers.push(("Content-Range".to_owned(), range));
    }
    connection.write(if asked.is_some() { 206 } else { 200 }, &headers, body.len())?;
    match act {
        Some(Act::CutAt(at) | Act::CutWithoutRanges(at)) => {
            connection.send(&body[..at.saturating_sub(start).min(body.len())])?;
            return Ok(false);
        }
        Some(Act::StallAt(at)) => {
            connection.send(&body[..at.saturating_sub(start).min(body.len())])?;
            while !connection.is_stopped() {
                std::thread::sleep(TICK);
            }
            return Ok(false);
        }
        Some(Act::Wrong) => body[0] ^= 1,
        _ => {}
    }
    connection.send(&body)?;
    Ok(true)
}

fn answer(told: &Told, shared: &Shared, request: &Request) -> Answer {
    let path = decoded(&request.path);
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return Answer::Text("a hub".to_owned());
    }
    if let Some(etag) = path.strip_prefix("cdn/") {
        let repos = told.repos.values().chain(told.branches.values().map(|(_, repo)| repo));
        let mut entries = repos.flat_map(|repo| repo.files.values());
        // As a storage host does it: an ETag of its own.
        let headers = vec![("ETag".to_owned(), "\"of-the-storage-2\"".to_owned())];
        return match entries.find(|e| e.etag == etag) {
            Some(entry) => Answer::File(entry.path.clone(), headers),
            None => Answer::Bare(404, Vec::new()),
        };
    }
    if let Some(token) = &told.token
        && request.header("authorization") != Some(&format!("Bearer {token}"))
    {
        return Answer::Bare(401, vec![("X-Error-Message".to_owned(), "Invalid credentials".to_owned())]);
    }
    for (old, new) in &told.renamed {
        if path.contains(&format!("{old}/")) {
            let location = request.path.replacen(old, new, 1);
            return Answer::Bare(307, vec![("Location".to_owned(), location)]);
        }
    }
    match path.strip_prefix("api/") {
        Some(rest) => listing(told, rest),
        None => file(told, shared, path),
    }
}

fn fault(code: &str) -> Answer {
    Answer::Bare(404, vec![("X-Error-Code".to_owned(), code.to_owned())])
}

/// `models/ID/revision/REV` or `datasets/...`.
fn listing(told: &Told, path: &str) -> Answer {
    let (kind, rest) = match path.split_once('/') {
        Some(("models", rest)) => (Kind::Model, rest),
        Some(("datasets", rest)) => (Kind::Dataset, rest),
        _ => return Answer::Bare(404, Vec::new()),
    };
    let Some((id, revision)) = rest.split_once("/revision/") else { return Answer::Bare(404, Vec::new()) };
    match find(told, kind, id, revision) {
        Err(answer) => answer,
        Ok(repo) => {
            let names = repo.files.keys().chain(&repo.listed_only);
            let siblings: Vec<_> = names.map(|n| serde_json::json!({ "rfilename": n })).collect();
            Answer::Text(serde_json::json!({ "id": id, "sha": repo.commit, "siblings": siblings }).to_string())
        }
    }
}

/// `ID/resolve/REV/FILE`, with `datasets/` before it for a data set.
fn file(told: &Told, shared: &Shared, path: &str) -> Answer {
    let (kind, rest) = match path.strip_prefix("datasets/") {
        Some(rest) => (Kind::Dataset, rest),
        None => (Kind::Model, path),
    };
    let Some((id, rest)) = rest.split_once("/resolve/") else { return Answer::Bare(404, Vec::new()) };
    let branch = told.branches.get(&(kind, id.to_owned())).map(|(name, _)| name.as_str());
    let on_branch = branch.and_then(|b| Some((b, rest.strip_prefix(b)?.strip_prefix('/')?)));
    let Some((revision, name)) = on_branch.or_else(|| rest.split_once('/')) else {
        return Answer::Bare(404, Vec::new());
    };
    let repo = match find(told, kind, id, revision) {
        Err(answer) => return answer,
        Ok(repo) => repo,
    };
    let Some(Entry { path, etag, large }) = repo.files.get(name) else { return fault("EntryNotFound") };
    let mut headers = vec![("X-Repo-Commit".to_owned(), repo.commit.clone())];
    if !*large {
        headers.push(("ETag".to_owned(), format!("W/\"{etag}\"")));
        return Answer::File(path.clone(), headers);
    }
    let size = fs::metadata(path).map_or(0, |m| m.len());
    let host = told.elsewhere.as_ref().unwrap_or(&shared.address);
    // The redirect's own ETag is not the content's.
    headers.push(("ETag".to_owned(), "\"of-the-redirect\"".to_owned()));
    headers.push(("X-Linked-Etag".to_owned(), format!("\"{etag}\"")));
    headers.push(("X-Linked-Size".to_owned(), size.to_string()));
    headers.push(("Location".to_owned(), format!("{host}/cdn/{etag}?signature=secret")));
    Answer::Bare(302, headers)
}

fn find<'a>(told: &'a Told, kind: Kind, id: &str, revision: &str) -> Result<&'a Repo, Answer> {
    let repo = told.repos.get(&(kind, id.to_owned())).ok_or_else(|| fault("RepoNotFound"))?;
    let other = told.branches.get(&(kind, id.to_owned()));
    match other {
        _ if revision == "main" || revision == repo.commit => Ok(repo),
        Some((name, repo)) if revision == name || revision == repo.commit => Ok(repo),
        _ => Err(fault("RevisionNotFound")),
    }
}
