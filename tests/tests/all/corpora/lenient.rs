//! A BagIt reader as lenient as RFC 8493 allows, for tests alone: every digest, encoding and way of writing a line.
//! Knows nothing of snapshots, which allow one way only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Says why the bag is not valid.
pub(super) fn validate(bag: &Path) -> Result<(), String> {
    let (version, encoding) = declaration(bag)?;
    let read =
        |name: &str| decode(&fs_err::read(bag.join(name)).map_err(|error| error.to_string())?, &encoding);
    let names = tree(bag, bag);
    let payload: BTreeSet<&String> = names.iter().filter(|name| name.starts_with("data/")).collect();
    if names.contains("bag-info.txt") {
        check_oxum(&read("bag-info.txt")?, bag, &payload)?;
    }
    if names.contains("fetch.txt") {
        for line in read("fetch.txt")?.lines().filter(|line| !line.trim().is_empty()) {
            let path = line.splitn(3, [' ', '\t']).nth(2).ok_or("a line of fetch.txt lacks a field")?;
            safe(path)?;
        }
    }
    let mut payload_manifests = 0;
    for name in &names {
        let Some((kind, algorithm)) = manifest(name) else { continue };
        let listed = lines(&read(name)?, version)?;
        if kind == "manifest" {
            payload_manifests += 1;
            if let Some(path) = payload.iter().find(|path| !listed.contains_key(**path)) {
                return Err(format!("{path} is not listed in {name}"));
            }
        }
        if let Some(path) = listed.keys().find(|path| !names.contains(*path)) {
            return Err(format!("{path} is listed in {name} and not there"));
        }
        for (path, found) in digests(bag, &algorithm, listed.keys())? {
            if listed[&path] != found {
                return Err(format!("{path} has another {algorithm} than {name} says"));
            }
        }
    }
    if payload_manifests == 0 { Err("no manifest of the payload".to_owned()) } else { Ok(()) }
}

/// `bagit.txt`: two lines in UTF-8, without a mark before them.
fn declaration(bag: &Path) -> Result<((u32, u32), String), String> {
    let bytes = fs_err::read(bag.join("bagit.txt")).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "bagit.txt is not UTF-8")?;
    let mut lines = text.lines();
    let mut value = |label: &str| {
        let value = lines.next().and_then(|line| line.strip_prefix(label)?.strip_prefix(": "));
        value.map(str::trim_end).ok_or_else(|| format!("bagit.txt has no line {label}"))
    };
    let version = value("BagIt-Version")?;
    let encoding = value("Tag-File-Character-Encoding")?;
    let numbers =
        version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let numbers = numbers.ok_or_else(|| format!("{version} is no version"))?;
    Ok((numbers, encoding.to_uppercase()))
}

fn decode(bytes: &[u8], encoding: &str) -> Result<String, String> {
    let wide = |units: Vec<u16>| String::from_utf16(&units).map_err(|error| error.to_string());
    match encoding {
        "UTF-8" => String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string()),
        "ISO-8859-1" => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "UTF-16" => {
            let pairs = bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
            match bytes {
                [0xff, 0xfe, ..] => wide(pairs.skip(1).map(u16::from_le_bytes).collect()),
                [0xfe, 0xff, ..] => wide(pairs.skip(1).map(u16::from_be_bytes).collect()),
                _ => wide(pairs.map(u16::from_be_bytes).collect()),
            }
        }
        other => Err(format!("{other} is no encoding that this reader knows")),
    }
}

fn check_oxum(info: &str, bag: &Path, payload: &BTreeSet<&String>) -> Result<(), String> {
    let label = |line: &str| {
        line.split_once(':').map(|(label, value)| (label.trim().to_owned(), value.trim().to_owned()))
    };
    for line in info.lines().filter(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t'])) {
        let (label, value) = label(line).ok_or("a line of bag-info.txt has no label")?;
        if label.eq_ignore_ascii_case("Payload-Oxum") {
            let sizes =
                payload.iter().map(|path| fs_err::metadata(bag.join(path)).map_or(0, |data| data.len()));
            let actual = format!("{}.{}", sizes.sum::<u64>(), payload.len());
            if value != actual {
                return Err(format!("Payload-Oxum is {value}, the payload comes to {actual}"));
            }
            return Ok(());
        }
    }
    Ok(())
}

/// `manifest` or `tagmanifest`, and the digest's name.
fn manifest(name: &str) -> Option<(&str, String)> {
    let (kind, algorithm) = name.strip_suffix(".txt")?.split_once('-')?;
    matches!(kind, "manifest" | "tagmanifest").then(|| (kind, algorithm.to_owned()))
}

fn lines(text: &str, version: (u32, u32)) -> Result<BTreeMap<String, String>, String> {
    let mut listed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (digest, path) = line.trim_end().split_once([' ', '\t']).ok_or("a line without a path")?;
        let path = path.trim_start_matches([' ', '\t', '*']);
        let path = path.strip_prefix("./").unwrap_or(path);
        safe(path)?;
        let path = path.replace("%0A", "\n").replace("%0D", "\r");
        let digest = digest.to_lowercase();
        match listed.insert(path.clone(), digest.clone()) {
            Some(before) if before != digest || version >= (1, 0) => {
                return Err(format!("{path} is listed twice"));
            }
            _ => {}
        }
    }
    Ok(listed)
}

/// A path that stays in the bag, whatever reads it.
fn safe(path: &str) -> Result<(), String> {
    let climbs = path.split(['/', '\\']).any(|segment| segment == "..");
    let elsewhere = path.starts_with(['/', '~', '\\'])
        || path.get(1..2) == Some(":")
        || path.starts_with('%') && path.contains("%\\");
    if climbs || elsewhere { Err(format!("{path} lies outside the bag")) } else { Ok(()) }
}

/// Every file below `folder`, by its path from `root`.
pub(super) fn tree(root: &Path, folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs_err::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(tree(root, &path));
        } else {
            let relative = path.strip_prefix(root).expect("below it").to_str().expect("UTF-8");
            found.insert(relative.to_owned());
        }
    }
    found
}

/// The digests as coreutils tell them.
fn digests<'a>(
    bag: &Path,
    algorithm: &str,
    paths: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, String>, String> {
    let paths: Vec<&String> = paths.collect();
    if !matches!(algorithm, "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512") {
        return Err(format!("{algorithm} is no digest that this reader knows"));
    }
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let output = Command::new(format!("{algorithm}sum")).arg("--").args(&paths).current_dir(bag).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert_eq!(found.len(), paths.len(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    Ok(paths.into_iter().cloned().zip(found).collect())
}
