//! What hyper holds for a client.

use hyper_util::server::conn::auto::Builder;

/// What HTTP/1.1 reads ahead, and what it holds besides the chunk that went past it.
pub(crate) const HTTP1: usize = 32 * 1024;
/// The same of a stream of HTTP/2.
const HTTP2_STREAM: usize = 16 * 1024;
/// The least that a client may expect by the standard before it has read the settings.
const HTTP2_WINDOW: u32 = 65_535;

/// Limits what hyper holds for a client that does not read to 128 KiB.
///
/// That is, with the chunks of a topic, which are of 64 KiB or of one event that is larger:
///
/// - HTTP/1.1: 32 KiB and a chunk to write, and 32 KiB to read. So a request's head may have no more; one of more than
///   64 KiB is answered with 431. Hyper's own limit is 408 KiB each.
/// - HTTP/2: 16 KiB and a chunk for each stream, where hyper's own limit is 400 KiB. A connection may have 100 streams; a
///   client that grants large windows and then reads nothing costs as much for each one that it has opened.
/// - What a client uploads over HTTP/2 and no handler reads: 64 KiB a connection, where hyper has 1 MiB. Uploads get as
///   much in a round trip. Set the windows again behind this if that is too little.
pub fn limit_buffers<E>(builder: &mut Builder<E>) {
    builder.http1().max_buf_size(HTTP1);
    builder
        .http2()
        .max_send_buf_size(HTTP2_STREAM)
        .max_concurrent_streams(100)
        .adaptive_window(false)
        .initial_stream_window_size(HTTP2_WINDOW)
        .initial_connection_window_size(HTTP2_WINDOW);
}
