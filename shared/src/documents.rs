//! Phase documents: Markdown in, gates, findings and statements out.
