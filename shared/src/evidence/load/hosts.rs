//! Joins what docker commands printed to the commands. Knows nothing about the inside of an output.

use std::collections::BTreeMap;

use super::{Loader, folder, in_folder, is_docker};
use crate::entry_path::EntryPath;
use crate::evidence::{DockerOutput, Issue, docker};

impl Loader<'_, '_> {
    /// Outputs of the commands in the captures, in their order, then outputs that no capture speaks of.
    pub(super) fn docker(&mut self, paths: &[&EntryPath], captures: &[&EntryPath]) {
        let mut unspoken: BTreeMap<&str, &EntryPath> =
            paths.iter().map(|path| (path.as_str(), *path)).collect();
        for path in captures.iter().filter(|path| is_docker(path)) {
            let commands = self.parse(path, docker::parse_capture).map(|capture| capture.commands);
            for command in commands.unwrap_or_default() {
                let file = in_folder(folder(path), &command.stdout);
                let output = match unspoken.remove(file.as_str()) {
                    Some(path) => self.parse(path, docker::parse),
                    None => {
                        let what = format!(
                            "what the command printed, {:?}, is not in the snapshot or another command's",
                            command.stdout
                        );
                        self.report(path, vec![Issue::new(command.place.pointer.clone(), what)]);
                        None
                    }
                };
                // Without its output a command has proved nothing, whatever its exit code.
                let output = output.unwrap_or_else(|| DockerOutput::nothing(command.place.clone()));
                self.evidence.docker.push(DockerOutput {
                    argv: command.argv,
                    exit_code: command.exit_code,
                    stderr: command.stderr,
                    captured_at: command.captured_at,
                    ..output
                });
            }
        }
        for path in unspoken.into_values() {
            if let Some(output) = self.parse(path, docker::parse) {
                self.report(path, vec![Issue::new("", "no capture says which command printed this")]);
                self.evidence.docker.push(output);
            }
        }
    }
}
