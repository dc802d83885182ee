//! `dossier`: packs the evidence of a phase of work into one signed file, and judges it.
//! Owns the way from arguments to an exit code; knows nothing about evidence.

mod collect;
mod config;
mod redact;

fn main() {}
