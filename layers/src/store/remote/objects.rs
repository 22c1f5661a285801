//! Files to objects and back, in parts, so that neither memory nor a slow line limits their size.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

use object_store::{Error, ObjectStoreExt as _, WriteMultipart, path::Path as ObjectPath};

use super::RemoteTwin;
use crate::StoreError;

/// Bytes sent or asked for at a time.
const PART_BYTES: usize = 8 << 20;

/// Parts on their way at once.
const MAX_PARTS: usize = 4;

impl RemoteTwin {
    /// Puts a file, unless an object of its name and size is there; gives whether it was put.
    pub(super) async fn upload(&self, from: &Path, to: &ObjectPath) -> Result<bool, StoreError> {
        let fail = |source| StoreError::remote("write to", &self.url, source);
        let unreadable = |source| StoreError::io("read", from, source);
        let mut file = File::open(from).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        match self.store.head(to).await {
            Ok(there) if there.size == bytes => return Ok(false),
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(source) => return Err(fail(source)),
        }
        let mut part = vec![0; PART_BYTES];
        if bytes <= PART_BYTES as u64 {
            let length = fill(&mut file, &mut part).map_err(unreadable)?;
            part.truncate(length);
            self.store.put(to, part.into()).await.map_err(fail)?;
            return Ok(true);
        }
        let upload = self.store.put_multipart(to).await.map_err(fail)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        loop {
            let length = fill(&mut file, &mut part).map_err(unreadable)?;
            if length == 0 {
                break;
            }
            upload.wait_for_capacity(MAX_PARTS).await.map_err(fail)?;
            upload.write(&part[..length]);
        }
        upload.finish().await.map_err(fail)?;
        Ok(true)
    }

    /// Gets an object of a known size into a new file; none where there is no such object.
    pub(super) async fn download(
        &self,
        from: &ObjectPath,
        to: &Path,
        bytes: u64,
    ) -> Result<Option<()>, StoreError> {
        let unwritable = |source| StoreError::io("write", to, source);
        let mut file = File::create(to).map_err(|source| StoreError::io("create", to, source))?;
        let mut start = 0;
        while start < bytes {
            let end = bytes.min(start + PART_BYTES as u64);
            match self.store.get_range(from, start..end).await {
                Ok(part) => file.write_all(&part).map_err(unwritable)?,
                Err(Error::NotFound { .. }) => return Ok(None),
                Err(source) => return Err(StoreError::remote("read", &self.url, source)),
            }
            start = end;
        }
        Ok(Some(()))
    }

    /// Removes what is no longer named; what cannot be removed costs room only.
    pub(super) async fn forget(&self, objects: impl IntoIterator<Item = ObjectPath>) {
        for object in objects {
            match self.store.delete(&object).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(%error, %object, "an unused object stays"),
            }
        }
    }
}

/// Reads until a part is full or the file ends; gives how much it read.
fn fill(file: &mut File, part: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < part.len() {
        match file.read(&mut part[length..])? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}
