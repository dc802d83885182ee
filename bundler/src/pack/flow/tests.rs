//! The order of what comes out, whatever the number of workers.

use std::io::Read as _;

use super::*;

fn raw(content: Vec<u8>) -> RawEntry {
    RawEntry {
        kind: EvidenceKind::File,
        origin: "x".to_owned(),
        original_name: None,
        captured_at: None,
        content: Content::Made(Held::from(content)),
        unpacked: None,
    }
}

/// Entries of very different sizes; every third holds a secret of its own and one that all of them share.
fn entries() -> BTreeMap<EntryPath, RawEntry> {
    let entry = |number: usize| {
        let mut content = format!("entry {number}\n").repeat(1 + number * number % 4099).into_bytes();
        if number.is_multiple_of(3) {
            let secrets = format!("A_TOKEN=own{number:09}\nB_TOKEN=shared-by-all\n");
            content.extend_from_slice(secrets.as_bytes());
        }
        (EntryPath::new(&format!("data/files/{number:04}")).expect("a good name"), raw(content))
    };
    (0..150).map(entry).collect()
}

fn texts(workers: usize) -> Vec<(String, String)> {
    let scanner = Scanner::new(std::iter::empty());
    let mut ledger = Ledger::new(&scanner);
    let mut texts = Vec::new();
    let outcome = run::<_, io::Error>(
        entries(),
        (&scanner, &mut ledger),
        (workers, &Progress::none()),
        |held| {
            let mut text = String::new();
            held.reader()?.read_to_string(&mut text)?;
            Ok(text)
        },
        |path, text| {
            texts.push((path.to_string(), text.into_inner()));
            Ok(())
        },
    );
    let outcome = outcome.expect("packed");
    assert_eq!(outcome.absences, []);
    assert_eq!(outcome.bytes, texts.iter().map(|(_, text)| text.len() as u64).sum::<u64>());
    texts
}

#[test]
fn numbers_follow_the_order_of_paths_whatever_the_number_of_workers() {
    let one = texts(1);
    assert!(one.is_sorted() && one.len() == 150);
    let with = |text: &str| one.iter().filter(|(_, found)| found.contains(text)).count();
    assert_eq!(with("B_TOKEN=[redacted:assignment:2]"), 50, "a secret that all share has one number");
    assert!(one[3].1.contains("A_TOKEN=[redacted:assignment:3]"));
    assert!(one[6].1.contains("A_TOKEN=[redacted:assignment:4]"));
    for workers in [2, 3, 8] {
        assert!(texts(workers) == one, "{workers} workers");
    }
}

#[test]
fn a_failure_ends_the_work() {
    let scanner = Scanner::new(std::iter::empty());
    let mut ledger = Ledger::new(&scanner);
    let fails = |held: Held| if held.bytes() > 3000 { Err(io::Error::other("no room")) } else { Ok(()) };
    let progress = Progress::none();
    let outcome =
        run::<_, io::Error>(entries(), (&scanner, &mut ledger), (3, &progress), fails, |_, _| Ok(()));
    assert!(outcome.is_err_and(|error| error.to_string() == "no room"));
    let panics = |_: Held| -> io::Result<()> { panic!("on purpose") };
    let outcome =
        run::<_, io::Error>(entries(), (&scanner, &mut ledger), (3, &progress), panics, |_, _| Ok(()));
    assert!(outcome.is_err());
}

#[test]
fn what_cannot_be_cleaned_is_absent() {
    let scanner = Scanner::new(std::iter::empty());
    let mut ledger = Ledger::new(&scanner);
    let path = |name: &str| EntryPath::new(name).expect("a good name");
    let secret = b"A_TOKEN=abcdefgh1234\0";
    let named = RawEntry { original_name: Some("data/A_TOKEN=abcdefgh1234:x".to_owned()), ..raw(vec![]) };
    let entries = [
        (path("data/files/a"), raw(secret.to_vec())),
        (path("data/files/b"), raw(b"good".to_vec())),
        (path("data/files/c"), named),
        (
            path("data/git/d"),
            RawEntry { unpacked: Some(Content::Made(Held::from(secret.to_vec()))), ..raw(vec![]) },
        ),
    ];
    let mut taken = Vec::new();
    let outcome = run::<_, io::Error>(
        entries.into(),
        (&scanner, &mut ledger),
        (2, &Progress::none()),
        Ok,
        |path, _| {
            taken.push(path.to_string());
            Ok(())
        },
    );
    let outcome = outcome.expect("packed");
    assert_eq!(taken, ["data/files/b"]);
    assert_eq!(outcome.absences.len(), 3, "{:?}", outcome.absences);
    assert!(outcome.absences.iter().all(|absence| absence.reason.contains("rule assignment")));
}
