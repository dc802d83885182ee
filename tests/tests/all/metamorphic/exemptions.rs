//! What checks cite without comparing it, so that altering or deleting it changes nothing; each with its reason.

use dossier_shared::report::{Check, Evidence};

/// Something that is cited as support only.
pub(crate) struct Exemption {
    /// Rules that cite it; none means any.
    pub(crate) rules: &'static [&'static str],
    /// What its path holds.
    pub(crate) path: &'static str,
    /// How its pointer ends; how it begins, where this ends in a blank.
    pub(crate) pointer: &'static str,
    /// Why altering or deleting it changes nothing.
    pub(crate) because: &'static str,
}

/// The table.
pub(crate) const EXEMPTIONS: &[Exemption] = &[
    Exemption {
        rules: &[],
        path: "data/docker/",
        pointer: "/Created",
        because: "a machine's record that supports a declared event; what is compared is the event as declared",
    },
    Exemption {
        rules: &["comment-id"],
        path: "comments.json",
        pointer: "/id",
        because: "a comment that the statement names by its id: under another id it is another comment, and the one \
                  named is not here",
    },
    Exemption {
        rules: &["before-after", "comment-time"],
        path: "comments.json",
        pointer: "/created_at",
        because: "a comment that is known by nothing but the time given: at another time it is another comment, and \
                  the one meant is not here",
    },
    Exemption {
        rules: &["clean-up"],
        path: "data/docker/",
        pointer: "line ",
        because: "the rows that a listing is said to have shown: a later listing with other rows contradicts nothing",
    },
];

impl Exemption {
    /// Whether it is about this citation.
    pub(crate) fn covers(&self, check: &Check, cited: &Evidence) -> bool {
        let rule = self.rules.is_empty() || self.rules.contains(&check.rule.as_str());
        rule && cited.path.as_str().contains(self.path)
            && match self.pointer.ends_with(' ') {
                true => cited.pointer.starts_with(self.pointer),
                false => cited.pointer.ends_with(self.pointer),
            }
    }
}
