//! What is expected of ours in each case: what the standard asks for, unless this says why not.

use client_tests::{Case, Expect};

/// What becomes of a case.
pub(crate) enum Expected {
    /// It is played, and judged by this. Where that is not what the case says, there is a reason: ours differs on purpose,
    /// or the standard leaves it open.
    Judged(Box<Expect>, Option<&'static str>),
    /// There is nothing of the kind in ours, and this is why.
    NotApplicable(&'static str),
}

const NO_PAGE: &str = "there is no page, whose origin had to be kept from the answers of another";
const NOT_SNIFFED: &str = "nothing is sniffed: the head is enough to refuse";
const NOT_ASKED_FOR: &str = "what is not asked for need not be decompressed; a service around the client may ask";
const ORIGINAL: &str = "only a permanent redirect is remembered: the next attempt goes to where the first one went";
const NO_LOCATION: &str = "an empty location is none";
const NO_LOOP: &str = "it does not mend itself: after 20 redirects the client gives up";
const NO_HEADER: &str =
    "no header can carry a control character: the request is without the id, and the caller is told";
const BACKOFF: &str = "a connection that brings no event has failed: the delay doubles, up to the longest that is set";
const TRIES_AGAIN: &str = "where no answer came, or a broken one, a better one may come";
const NO_LIMIT: &str = "the number of connections to an origin is not limited";

pub(crate) fn expected(case: &Case) -> Expected {
    if case.id.starts_with("cors/") {
        return Expected::NotApplicable(NO_PAGE);
    }
    let standard = case.expect.clone();
    let (expect, why) = match case.id.as_str() {
        "type/none-unfinished" | "type/text-plain-unfinished" => (closed(1, 0, 1, &[]), Some(NOT_SNIFFED)),
        "body/accept-encoding" => (open(1, 1, 0, &["undefined"]), Some(NOT_ASKED_FOR)),
        "redirect/reconnect-url" => {
            (Expect { targets: Some(vec![false, true, false, true]), ..standard }, Some(ORIGINAL))
        }
        "redirect/empty-location" => (closed(1, 0, 1, &[]), Some(NO_LOCATION)),
        "redirect/loop" => (closed(21, 0, 1, &[]), Some(NO_LOOP)),
        "redirect/cross-origin-no-cors" => (open(2, 1, 0, &["a"]), Some(NO_PAGE)),
        "id/control" | "id/del" => (Expect { last_event_ids: Some(vec![None, None]), ..standard }, Some(NO_HEADER)),
        "retry/no-backoff" => {
            (Expect { delays: Some(vec![200, 400, 400, 400, 400]), ..closed(6, 5, 6, &[]) }, Some(BACKOFF))
        }
        "break/bad-chunk" => (closed(2, 1, 2, &["a"]), Some(TRIES_AGAIN)),
        "break/before-headers" | "break/rst-before-headers" => (closed(4, 0, 4, &[]), Some(TRIES_AGAIN)),
        "break/down-during-reconnect" => (open(4, 2, 3, &["a", "b"]), Some(TRIES_AGAIN)),
        "break/malformed-response" => (closed(2, 0, 2, &[]), Some(TRIES_AGAIN)),
        "client/limit" => (open(8, 1, 0, &["a"]), Some(NO_LIMIT)),
        _ => (standard, None),
    };
    Expected::Judged(Box::new(expect), why)
}

fn open(requests: usize, opens: usize, errors: usize, data: &[&str]) -> Expect {
    Expect { state: Some(1), ..closed(requests, opens, errors, data) }
}

fn closed(requests: usize, opens: usize, errors: usize, data: &[&str]) -> Expect {
    Expect {
        state: Some(2),
        requests: Some(requests),
        opens: Some(opens),
        errors: Some(errors),
        data: Some(data.iter().map(|&one| one.to_owned()).collect()),
        ..Expect::default()
    }
}
