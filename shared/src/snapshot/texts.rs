//! The words of README.txt and VERIFY.txt; knows nothing about archives or keys.

use crate::snapshot::metadata::Metadata;
use crate::time::iso;

/// What VERIFY.txt needs to know; nothing in it may depend on VERIFY.txt itself.
pub(super) struct Facts<'a> {
    pub(super) stem: &'a str,
    pub(super) metadata: &'a Metadata,
    pub(super) payload_files: usize,
    pub(super) has_viewer: bool,
}

/// One line of text, whatever was typed.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn phase(metadata: &Metadata) -> String {
    match metadata.phase.title.as_str() {
        "" => line(&metadata.phase.id),
        title => line(&format!("{} ({title})", metadata.phase.id)),
    }
}

pub(super) fn readme(facts: &Facts<'_>) -> String {
    let viewer = match facts.has_viewer {
        true => "open viewer.html in a browser and drop the zip file on it; nothing is sent anywhere",
        false => "open the zip file in Dossier's viewer; none was packed with this snapshot",
    };
    format!(
        "This is a Dossier snapshot: the evidence of one phase of work in one file.\n\
         \n\
         Phase    {phase}\n\
         Packed   {packed_at} by {packer}\n\
         Holds    {files} files below data/\n\
         \n\
         To look at it        {viewer}\n\
         To check it          VERIFY.txt says how, with unzip, sha256sum and ssh-keygen alone\n\
         What was found       report.txt, when it was packed; later versions may judge differently\n\
         What was asked for   snapshot.json, with everything that could not be got\n\
         \n\
         A valid seal proves who packed this and that it was not changed since.\n\
         It does not prove that what the servers said was true, nor that everything was asked for.\n",
        phase = phase(facts.metadata),
        packed_at = iso(facts.metadata.packed_at),
        packer = line(&facts.metadata.packer),
        files = facts.payload_files,
    )
}

/// The recipe; lines of four spaces are commands, run in this order by a POSIX shell.
pub(super) fn verify(facts: &Facts<'_>) -> String {
    format!(
        r#"How to check this snapshot without Dossier
==========================================

Phase {phase}, packed {packed_at}. You need unzip, sha256sum and ssh-keygen (OpenSSH 8.1 or later),
and a file of signers you trust that you did NOT get from this snapshot: TRUST below, in the form
that ssh-keygen(1) calls ALLOWED SIGNERS, with namespaces="seal@dossier" on the packer's line.
WHO is the name on that line. FILE is the zip file, whatever its name is now.

Every command must succeed. If one fails, stop: what follows proves nothing.

1. Unpack it into a new folder.

    unzip -q "$FILE" -d dossier-check && cd dossier-check/{stem}

2. The packer signed the seal.

    ssh-keygen -Y verify -f "$TRUST" -I "$WHO" -n seal@dossier -s signatures/seal.json.sig < signatures/seal.json

3. The seal is about this snapshot.

    printf '%s  tagmanifest-sha256.txt\n' "$(sed -n 's/^ *"sha256": "\([0-9a-f]\{{64\}}\)"$/\1/p;/predicateType/q' signatures/seal.json)" | sha256sum -c -

4. Every file is what the manifests say.

    sha256sum -c --strict --quiet tagmanifest-sha256.txt manifest-sha256.txt

5. No file was added: everything outside signatures/ is listed, and so many files were packed.

    test "$(find . -type f ! -path './signatures/*' ! -path ./tagmanifest-sha256.txt | wc -l)" -eq "$(cat tagmanifest-sha256.txt manifest-sha256.txt | wc -l)"
    test "$(find data -type f | wc -l)" -eq {payload_files}

6. If you also want to know that the zip file itself was not made anew: its first bytes, up to the
   signatures, are under the seal too. (A snapshot that was zipped again passes 1 to 5 and fails here.)

    cd ../..
    head -c "$(sed -n 's/^ *"sealed_bytes": \([0-9]*\),$/\1/p' dossier-check/{stem}/signatures/seal.json)" "$FILE" | sha256sum | grep -q "^$(sed -n 's/^ *"sealed_sha256": "\([0-9a-f]*\)"$/\1/p' dossier-check/{stem}/signatures/seal.json) "

The digest of tagmanifest-sha256.txt is the snapshot's id. Compare it with the one you were told.
"#,
        phase = phase(facts.metadata),
        packed_at = iso(facts.metadata.packed_at),
        stem = facts.stem,
        payload_files = facts.payload_files,
    )
}
