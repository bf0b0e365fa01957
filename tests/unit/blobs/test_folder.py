"""Files in a folder: whole and durable, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.blobs import FolderBlobs
from engine.errors import NotFound

KEY = "0123456789abcdef"
LATE = 2**62


def test_what_was_put_is_there(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path / "new")
    assert store.put(KEY, [b"ab", b"", b"c"]) == 3
    assert b"".join(store.open(KEY)) == b"abc"
    assert list(store.keys(LATE)) == [KEY]
    assert list(store.keys(0)) == []


def test_a_failing_source_leaves_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"ab"
        raise ZeroDivisionError

    store = FolderBlobs(tmp_path)
    with pytest.raises(ZeroDivisionError):
        store.put(KEY, failing())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(NotFound):
        store.open(KEY)


def test_a_key_is_used_once(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path)
    store.put(KEY, [b"a"])
    with pytest.raises(FileExistsError):
        store.put(KEY, [b"b"])
    assert b"".join(store.open(KEY)) == b"a"


def test_what_is_deleted_is_gone(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path)
    store.put(KEY, [b"a"])
    store.delete(KEY)
    store.delete(KEY)
    assert list(store.keys(LATE)) == []


def test_half_written_files_are_no_blobs_and_are_swept(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path)
    store.put(KEY, [b"a"])
    (tmp_path / KEY[-2:] / "x.part").write_bytes(b"half")
    assert list(store.keys(LATE)) == [KEY]
    assert store.sweep_partial(LATE) == 1
    assert b"".join(store.open(KEY)) == b"a"


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "ABCDEF0123456789", "0" * 65, "01234567/x"])
def test_a_key_is_a_safe_name(tmp_path: Path, key: str) -> None:
    store = FolderBlobs(tmp_path)
    with pytest.raises(ValueError, match="not the key"):
        store.put(key, [b"a"])
    with pytest.raises(ValueError, match="not the key"):
        store.open(key)
