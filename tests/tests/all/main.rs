//! Every end-to-end test, in one binary; one module per thing that is looked at.

mod ghost;
mod harness;
mod packing;
mod page;
mod phase;
mod stock_tools;
