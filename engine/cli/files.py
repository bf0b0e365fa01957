"""Reading what an operator points at: files of a process package, JSON, layouts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import InvalidInput, LimitExceeded, NotFound

ENDINGS = (".bpmn", ".dmn", ".form", ".form.json", ".typ")
"""The endings of the files that are deployed; a folder may hold others beside them."""

LARGEST_FILE = 64 * 1024 * 1024
MOST_FILES = 2_000


def read_file(path: Path, longest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file. Raises NotFound, InvalidInput when it cannot be read, LimitExceeded when too long."""
    try:
        with path.open("rb") as file:
            data = file.read(longest + 1)
    except FileNotFoundError:
        raise NotFound(
            code="file.missing",
            message_zh=f"文件不存在：{path}",
            message_en=f"there is no file {path}",
            place={"file": str(path)},
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput.at(
            str(path), message_zh=f"无法读取：{reason}", message_en=f"cannot be read: {reason}"
        ) from None
    if len(data) > longest:
        raise LimitExceeded(
            message_zh=f"文件超过 {longest} 字节：{path}",
            message_en=f"the file has more than {longest} bytes: {path}",
        )
    return data


def package_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Files and folders of one deployment: name → bytes.

    A file is named as in its folder, and all files with known endings below a folder are taken, hidden ones
    left out. Raises NotFound when a path is not there or a folder holds nothing to deploy, InvalidInput when
    two files bear one name.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        for name, file in _named(path):
            if name in found:
                raise InvalidInput.at(
                    name, message_zh="有两个同名文件", message_en="two files bear this name"
                )
            if len(found) == MOST_FILES:
                raise LimitExceeded(
                    message_zh=f"文件超过 {MOST_FILES} 个", message_en=f"more than {MOST_FILES} files"
                )
            found[name] = read_file(file)
    return found


def _named(path: Path) -> list[tuple[str, Path]]:
    if not path.is_dir():
        return [(path.name, path)]
    below = [
        (file.relative_to(path).as_posix(), file)
        for file in sorted(path.rglob("*"))
        if file.name.lower().endswith(ENDINGS) and not _is_hidden(file.relative_to(path))
    ]
    if not below:
        raise NotFound(
            code="package.empty",
            message_zh=f"文件夹里没有可部署的文件（{'、'.join(ENDINGS)}）：{path}",
            message_en=f"the folder holds no files to deploy ({', '.join(ENDINGS)}): {path}",
        )
    return below


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
