//! `dossier`: packs the evidence of a phase of work into one signed file, and judges it.
//! Owns the way from arguments to an exit code; knows nothing about evidence.

mod atomic;
mod cli;
mod collect;
mod commands;
mod config;
mod exit_code;
mod failure;
mod in_place;
mod input;
mod judge;
mod output;
mod output_file;
mod pack;
mod progress;
mod redact;
mod room;
mod sign;
mod sign_offs;
mod spool;
mod trust;
mod viewer_page;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    match commands::run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}
