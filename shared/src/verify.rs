//! From [`crate::open::Opened`] to the five answers of trust.
