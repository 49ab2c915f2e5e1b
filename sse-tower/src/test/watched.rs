//! A body of any kind, whose comments are counted as they are read.

use std::error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;

/// The body of any response.
pub(super) type AnyBody = Pin<Box<dyn Body<Data = Watched, Error = Box<dyn error::Error + Send + Sync>> + Send>>;

/// How many comments have been read. A decoder leaves them out.
#[derive(Debug, Default)]
pub(super) struct Comments {
    count: AtomicUsize,
    /// Whether the last byte read was within a line.
    within_line: AtomicBool,
}

impl Comments {
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn read(&self, bytes: &[u8]) {
        for byte in bytes {
            let within_line = self.within_line.swap(!matches!(byte, b'\r' | b'\n'), Ordering::Relaxed);
            if *byte == b':' && !within_line {
                self.count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// A chunk, of which what the decoder takes is looked at.
pub(super) struct Watched {
    bytes: Bytes,
    comments: Arc<Comments>,
}

impl Buf for Watched {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.comments.read(&self.bytes.split_to(count));
    }
}

pin_project! {
    pub(super) struct WatchedBody<B> {
        #[pin]
        body: B,
        comments: Arc<Comments>,
    }
}

impl<B> WatchedBody<B> {
    pub(super) const fn new(body: B, comments: Arc<Comments>) -> Self {
        Self { body, comments }
    }
}

impl<B> Body for WatchedBody<B>
where
    B: Body<Error: Into<Box<dyn error::Error + Send + Sync>>>,
{
    type Data = Watched;
    type Error = Box<dyn error::Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Watched>, Self::Error>>> {
        let this = self.project();
        let frame = ready!(this.body.poll_frame(cx));
        let watch = |mut data: B::Data| Watched {
            bytes: data.copy_to_bytes(data.remaining()),
            comments: Arc::clone(this.comments),
        };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(watch)).map_err(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_a_line_that_begins_with_a_colon() {
        for (text, count) in
            [("", 0), (":", 1), (":\n:\r:\r\n:", 4), ("::", 1), ("data: :x\nid:7\n\n", 0), ("data\n: a: b\n\n", 1)]
        {
            let whole = Comments::default();
            whole.read(text.as_bytes());
            assert_eq!(whole.count(), count, "{text:?}");
            let by_byte = Comments::default();
            text.bytes().for_each(|byte| by_byte.read(&[byte]));
            assert_eq!(by_byte.count(), count, "{text:?}");
        }
    }
}
