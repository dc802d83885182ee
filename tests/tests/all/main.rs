//! Every end-to-end test, in one binary; one module per thing that is looked at.

mod check;
mod corpora;
mod crash;
mod crash_sign;
mod ghost;
mod harness;
mod hostile;
mod metamorphic;
mod openssh;
mod packing;
mod page;
mod phase;
mod phases;
mod report_format;
mod secrets;
mod signing;
mod stock_tools;
mod tour;
