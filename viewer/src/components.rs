//! Parts that know nothing of the domain.

pub(crate) mod copy;
pub(crate) mod icon;
pub(crate) mod pick;
pub(crate) mod rows;
