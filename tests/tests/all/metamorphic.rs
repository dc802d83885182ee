//! What must follow when evidence or words are changed on purpose, over every sample phase: a cited value that is
//! altered contradicts, a cited entry that is deleted leaves no evidence, and what means the same is judged the same.

mod alter;
mod citations;
mod exemptions;
mod numbers;
mod rewrite;
mod times;
mod value;
mod whole;
mod xml;
