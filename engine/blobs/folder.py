"""Files in a folder of the file system."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from engine.blobs.store import KEY, checked, missing

CHUNK: Final = 64 * 1024
PARTIAL: Final = ".part"
_MODE: Final = 0o700


class FolderBlobs:
    """A blob store in a folder, in sub-folders by the last two characters of the key.

    A file is written beside its place, forced to the disk and then renamed, so that a crash leaves either all of
    it or a `.part` file, which `keys` never names and `sweep_partial` removes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store the chunks under a new key; how many bytes. Raises FileExistsError for a key that is taken."""
        path = self._path(key)
        path.parent.mkdir(mode=_MODE, parents=True, exist_ok=True)
        if path.exists():
            raise FileExistsError(key)
        handle, name = tempfile.mkstemp(suffix=PARTIAL, dir=path.parent)
        partial = Path(name)
        size = 0
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    size += file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
            _force(path.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return size

    def open(self, key: str) -> Iterator[bytes]:
        """The bytes in chunks. Raises NotFound at once when there is nothing."""
        path = self._path(key)
        if not path.exists():
            raise missing(key)

        def read() -> Iterator[bytes]:
            # Opened by the first who reads, so that nobody has to close what was never read.
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk

        return read()

    def delete(self, key: str) -> None:
        """Remove what is there; nothing need be."""
        self._path(key).unlink(missing_ok=True)

    def keys(self, before: int) -> Iterator[str]:
        """The keys of what was stored before a moment (microseconds since 1970 UTC)."""
        for path in self._files(before):
            if KEY.fullmatch(path.name):
                yield path.name

    def sweep_partial(self, before: int) -> int:
        """Remove what a crash left half written before a moment; how many files."""
        found = [path for path in self._files(before) if path.suffix == PARTIAL]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _files(self, before: int) -> Iterator[Path]:
        for path in sorted(self._folder.glob("??/*")):
            try:
                stored = path.stat().st_mtime_ns // 1_000
            except FileNotFoundError:
                continue
            if stored < before:
                yield path

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)[-2:] / key


def _force(folder: Path) -> None:
    """Make a rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
