//! From bytes to [`Opened`]: layout checked, entries read and hashed.
