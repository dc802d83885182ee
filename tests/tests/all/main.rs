//! Every end-to-end test, in one binary; one module per thing that is looked at.

mod harness;
