//! A guest book whose page is on one origin and whose event stream is on another, with a cookie that goes along.
//!
//! ```text
//! cargo run -p example-two-origins          # http://127.0.0.1:3000
//! ```
//!
//! What to look at: [`Book::router`] is the CORS layer and where it stands; `web/app.js` is what the page has to say,
//! `withCredentials: true`; [`page`] is the one header that a strict page needs besides.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::missing_errors_doc,
    reason = "an example has no next version, and its fields say what they are"
)]

mod book;
mod cookie;
mod event;
mod page;

pub use self::book::Book;
pub use self::event::GuestBook;
pub use self::page::page;
