//! Hands libFuzzer's bytes to `dossier_fuzz::sshsig` and knows nothing else.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dossier_fuzz::sshsig(bytes));
