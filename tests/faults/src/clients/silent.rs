//! Clients that never read.

use std::sync::Arc;
use std::time::Duration;

use super::slow;
use crate::Failure;
use crate::scene::{Kind, Scene, Server};

/// How often it looks whether it is still connected.
const LOOK: Duration = Duration::from_millis(100);

pub(super) async fn client(scene: Arc<Scene>) {
    scene.repeat(Kind::Silent, LOOK, never_read).await;
}

/// Until the server gives up.
async fn never_read(server: Server) -> Result<(), Failure> {
    let stream = slow::connect(server.address, "silent").await?;
    slow::until_given_up(stream, LOOK, async |_| Ok(())).await
}
