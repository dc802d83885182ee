//! Docker listings as several rules ask them: which one shows what, and whether it can be trusted.

use serde_json::Value;

use super::{Context, Fact};
use crate::evidence::DockerOutput;
use crate::time::iso;

/// When a listing was captured, in words.
pub(super) fn captured(output: &DockerOutput) -> String {
    output.captured_at.map_or_else(|| "an unknown time".to_owned(), iso)
}

/// The listing that `docker <kind> ls` would print, if its command worked and all of it is here.
pub(super) fn listing<'a>(kind: &str, context: &Context<'a>) -> Result<&'a DockerOutput, Fact> {
    let name = if kind == "container" { "docker ps -a".to_owned() } else { format!("docker {kind} ls") };
    let found = context.evidence.docker.iter().find(|output| lists(output, kind));
    let Some(output) = found else {
        return Err(Fact::Missing(format!("no `{name}` is in the snapshot")));
    };
    match output.exit_code {
        // Whoever lists nothing and complains may not have listed at all.
        Some(0) if output.rows.is_empty() && !output.stderr.trim().is_empty() => {
            Err(Fact::Missing(format!("`{name}` listed nothing and printed an error")))
        }
        Some(0) if output.complete => Ok(output),
        Some(0) => Err(Fact::Missing(format!("`{name}` could not be read in full"))),
        Some(code) => Err(Fact::Missing(format!("`{name}` failed with exit code {code}"))),
        None => Err(Fact::Missing(format!("how `{name}` ended was not recorded"))),
    }
}

/// Whether a command lists everything of a kind: nothing is filtered out, and stopped containers are shown.
fn lists(output: &DockerOutput, kind: &str) -> bool {
    let argv: Vec<&str> = output.argv.iter().map(String::as_str).collect();
    let words: Vec<&str> = argv.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let filtered = argv.iter().any(|word| word.starts_with("--filter") || *word == "-f");
    let all = argv.iter().any(|word| matches!(*word, "-a" | "--all" | "-aq"));
    let named = match words.as_slice() {
        ["docker", "ps", ..] => kind == "container" && all,
        ["docker", "container", "ls" | "list" | "ps", ..] => kind == "container" && all,
        ["docker", word, "ls" | "list", ..] => *word == kind,
        _ => false,
    };
    named && !filtered
}

/// What a row is called.
pub(super) fn name_of(row: &Value) -> Option<&str> {
    ["Name", "Names"].iter().find_map(|key| row.get(key)?.as_str())
}
