//! Gates, verdicts, findings, vetoes and DONE of texts and of histories.
