//! Memory of pictures that the box makes itself, used again and again.

use gst::prelude::*;

use crate::{capture::PictureFormat, error::MediaError};

/// Pictures of one format; as many as are in use at the same time.
#[derive(Debug)]
pub(super) struct PicturePool(gst::BufferPool);

impl PicturePool {
    pub(super) fn new(format: &PictureFormat) -> Result<Self, MediaError> {
        let pool = gst::BufferPool::new();
        let mut config = pool.config();
        let size = u32::try_from(format.info.size());
        let size = size.map_err(|_| MediaError::BadSetting("the picture is too large".into()))?;
        config.set_params(Some(&format.caps), size, 0, 0);
        pool.set_config(config)?;
        pool.set_active(true)?;
        Ok(Self(pool))
    }

    /// A picture that nobody else has; what it shows is to be overwritten.
    pub(super) fn take(&self) -> Result<gst::Buffer, MediaError> {
        self.0.acquire_buffer(None).map_err(|flow| MediaError::pipeline("picture pool", format!("{flow:?}")))
    }
}

impl Drop for PicturePool {
    fn drop(&mut self) {
        if let Err(error) = self.0.set_active(false) {
            tracing::debug!(%error, "picture pool");
        }
    }
}
