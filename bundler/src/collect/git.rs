//! The history of the documents: a bundle and its log as text. Runs git in a clean room; knows no document.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dossier_shared::evidence::EvidenceKind;

use super::{CollectError, Collected, Collector, Content, Site, Unread, repository};
use crate::atomic;
use crate::config::GitFrom;
use crate::room::{Purpose, Room};
use crate::spool::{Held, Spool};

pub(super) struct Git {
    pub(super) from: GitFrom,
}

/// What each commit looks like in the log; `shared/src/evidence/git_log.rs` reads it.
const LOG_FORMAT: &str = "--format=commit %H%nparents %P%nauthor %an <%ae>%nauthor-time %aI%n\
                          committer %cn <%ce>%ncommit-time %cI%n%n%w(0,4,4)%B";

/// A tree without files, which every git knows: attributes inside the history must not change the log.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Collector for Git {
    fn collect(&self, site: &Site<'_>) -> Result<Collected, CollectError> {
        let (GitFrom::Bundle(asked) | GitFrom::Repository(asked)) = &self.from;
        let mut collected = Collected::new("git", asked);
        match self.read(site, asked)? {
            Ok(history) => {
                let name = name_of(asked);
                let (bundle, log) = (format!("{name}.bundle"), format!("{name}.log"));
                let content = Content::Made(history.bundle);
                let entry =
                    collected.keep("data/git", bundle.as_bytes(), EvidenceKind::GitBundle, asked, content);
                entry.unpacked = Some(Content::Made(history.objects));
                let origin = format!("git log of {asked}");
                let content = Content::Made(history.log);
                collected.keep("data/git", log.as_bytes(), EvidenceKind::GitLog, origin, content);
            }
            Err(reason) => collected.absent("history of the documents", asked, reason),
        }
        Ok(collected)
    }
}

struct History {
    bundle: Held,
    log: Held,
    /// Every object in the bundle, inflated, to be searched for secrets.
    objects: Held,
}

impl Git {
    fn read(&self, site: &Site<'_>, asked: &str) -> Result<Result<History, String>, CollectError> {
        let room = Room::new(Purpose::Git).map_err(CollectError::TemporaryFolder)?;
        let clone = room.path().join("clone");
        let is_bundle = matches!(self.from, GitFrom::Bundle(_));
        // The bundle is read once, and git is shown the very bytes that will be packed.
        let (source, bundle) = if is_bundle {
            let held = match site.list_named(asked)?.map(Content::read) {
                Ok(Ok(held)) => held,
                Ok(Err(Unread::Spool(error))) => return Err(CollectError::Temporary(error)),
                Ok(Err(Unread::Absent(reason))) | Err(reason) => return Ok(Err(reason)),
            };
            let copy = room.path().join("history.bundle");
            let copied = held
                .reader()
                .and_then(|mut reader| io::copy(&mut reader, &mut std::fs::File::create(&copy)?));
            copied.map_err(CollectError::TemporaryFolder)?;
            (copy, Some(held))
        } else {
            let refused = |folder: PathBuf| repository::refusal(&folder).map_or(Ok(folder), Err);
            match site.folder(asked).and_then(refused) {
                Ok(folder) => (folder, None),
                Err(reason) => return Ok(Err(reason)),
            }
        };
        let git = CleanGit { room: room.path(), limit_bytes: site.limits.entry_bytes };
        let history = git.clone_bare(&source, &clone).and_then(|()| {
            let bundle = match bundle {
                Some(held) => held,
                None => git.bundle(&clone)?,
            };
            atomic::pause_at("git");
            let log = git.log(&clone)?;
            let objects = git.objects(&clone)?;
            Ok(History { bundle, log, objects })
        });
        match history {
            Ok(history) => Ok(Ok(history)),
            Err(GitError::TooLarge) => Err(CollectError::TooLarge {
                path: format!("the git history of {asked}"),
                limit_bytes: site.limits.entry_bytes,
            }),
            Err(GitError::Refused(reason)) => Ok(Err(reason)),
        }
    }
}

/// Why git gave nothing.
enum GitError {
    TooLarge,
    Refused(String),
}

/// Git without the user's configuration, hooks, pager, language or time zone.
struct CleanGit<'a> {
    room: &'a Path,
    /// No output is longer.
    limit_bytes: u64,
}

impl CleanGit<'_> {
    fn clone_bare(&self, source: &Path, clone: &Path) -> Result<(), GitError> {
        let mut command = self.command();
        command.args(["clone", "--quiet", "--bare", "--no-hardlinks", "--template=", "--"]);
        self.run(command.arg(source).arg(clone)).map(drop)
    }

    fn log(&self, clone: &Path) -> Result<Held, GitError> {
        let mut command = self.command();
        command.arg("--git-dir").arg(clone).args([
            "log",
            "--all",
            "--reverse",
            "--date-order",
            "-p",
            "-U0",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--encoding=UTF-8",
            LOG_FORMAT,
        ]);
        self.run(&mut command)
    }

    fn bundle(&self, clone: &Path) -> Result<Held, GitError> {
        let mut command = self.command();
        command.arg("--git-dir").arg(clone).args(["bundle", "create", "--quiet", "-", "--all"]);
        self.run(&mut command)
    }

    fn objects(&self, clone: &Path) -> Result<Held, GitError> {
        let mut command = self.command();
        command.arg("--git-dir").arg(clone).args(["cat-file", "--batch-all-objects", "--batch"]);
        self.run(&mut command)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.env_clear().current_dir(self.room).stdin(Stdio::null());
        for kept in ["PATH", "SYSTEMROOT", "TMPDIR", "TEMP"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("HOME", self.room)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .args(["--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"])
            .args([
                "-c",
                "core.attributesFile=/dev/null",
                "-c",
                "pack.threads=1",
                "-c",
                "protocol.allow=never",
            ])
            .args(["-c", "protocol.file.allow=always"])
            .arg("-c")
            .arg(format!("attr.tree={EMPTY_TREE}"));
        command
    }

    fn run(&self, command: &mut Command) -> Result<Held, GitError> {
        let broken =
            |error: std::io::Error| GitError::Refused(format!("git could not be run: {}", error.kind()));
        let words = self.room.join("stderr");
        let stderr = std::fs::File::create(&words).map_err(broken)?;
        let started = command.stdout(Stdio::piped()).stderr(stderr).spawn();
        let mut child = started.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => GitError::Refused("git is not installed".to_owned()),
            _ => broken(error),
        })?;
        let mut out = Spool::default();
        let mut bytes = 0;
        if let Some(stdout) = child.stdout.take() {
            bytes = io::copy(&mut stdout.take(self.limit_bytes + 1), &mut out).map_err(broken)?;
        }
        // With its pipe closed, a git that has more to say ends by itself.
        let status = child.wait().map_err(broken)?;
        if bytes > self.limit_bytes {
            return Err(GitError::TooLarge);
        }
        let out = out.finish().map_err(broken)?;
        match status.success() {
            true => Ok(out),
            false => Err(GitError::Refused(self.reason(&std::fs::read(&words).unwrap_or_default()))),
        }
    }

    /// What git said, without the room's name, which changes every time and is nobody's business.
    fn reason(&self, stderr: &[u8]) -> String {
        let stderr = String::from_utf8_lossy(stderr);
        let words = stderr.lines().find_map(|line| {
            let line = line.trim();
            line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: "))
        });
        let words = words.unwrap_or("it gave no reason").replace(&*self.room.to_string_lossy(), "…");
        format!("git could not read it: {words}")
    }
}

/// `git/machine-docs.bundle` → `machine-docs`.
fn name_of(asked: &str) -> &str {
    let name = asked.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = name.strip_suffix(".bundle").or_else(|| name.strip_suffix(".git")).unwrap_or(name);
    if matches!(name, "" | "." | "..") { "repository" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_log_after_its_source() {
        for (asked, name) in [
            ("git/machine-docs.bundle", "machine-docs"),
            ("../docs.git/", "docs"),
            ("..", "repository"),
            (".git", "repository"),
        ] {
            assert_eq!(name_of(asked), name, "{asked}");
        }
    }
}
