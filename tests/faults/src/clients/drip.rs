//! Clients that read a byte a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;

use super::slow;
use crate::Failure;
use crate::scene::{Kind, Scene, Server};

const SECOND: Duration = Duration::from_secs(1);

pub(super) async fn client(scene: Arc<Scene>) {
    scene.repeat(Kind::Drip, SECOND, read_byte_by_byte).await;
}

/// Until the server gives up: at this pace it would have read the first hundred events within six hours.
async fn read_byte_by_byte(server: Server) -> Result<(), Failure> {
    let stream = slow::connect(server.address, "drip").await?;
    slow::until_given_up(stream, SECOND, async |stream| stream.read_u8().await.map(drop)).await
}
