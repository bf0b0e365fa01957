"""Where the content of attachments lies, sealed: a folder today, an object store by the same few methods."""

from engine.blobs.folder import FolderBlobs
from engine.blobs.store import BlobStore

__all__ = ["BlobStore", "FolderBlobs"]
