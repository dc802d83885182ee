//! Puts the report together from what was read and judged.
