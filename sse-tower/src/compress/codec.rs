//! What a compressor does, whichever coding it is of.

/// A compressor.
pub(super) trait Codec: Send {
    /// Appends a chunk such that it can be decoded by who has what came before it in the run; `begins` begins a run,
    /// as the first chunk does anyway.
    /// False if the compressor fails, for want of memory.
    fn compress(&mut self, chunk: &[u8], begins: bool, out: &mut Vec<u8>) -> bool;
}

/// Who a compressor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// All who are in step with a topic.
    Topic,
    Connection,
}
