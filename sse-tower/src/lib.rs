//! Server-sent events for tower.
