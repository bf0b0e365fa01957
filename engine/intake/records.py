"""Cutting bytes into records and cells (RFC 4180), in bounded memory whatever the bytes are.

Cells stay bytes: in UTF-8 and in GB 18030 no byte of a multi-byte character is a comma, a quote or a line
break, so cutting first and decoding later is exact, and one undecodable cell costs one row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

LONGEST_RECORD = 16 * 1024 * 1024
"""Bytes of one record that are kept; what is longer is skipped and the record marked `TOO_LONG`."""

TOO_LONG = "too_long"
OPEN_QUOTE = "open_quote"
STRAY_QUOTE = "stray_quote"


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record: its number from 1, physical line and byte offset it begins at, raw bytes, cells.

    `fault` names what is wrong with its form and `fault_cell` the index of the cell it is in.
    """

    number: int
    line: int
    offset: int
    raw: bytes
    cells: list[bytes]
    fault: str | None = None
    fault_cell: int | None = None


@dataclass(slots=True)
class _Lines:
    """Physical lines of a stream with position; a line longer than the bound is cut and the rest skipped."""

    stream: BinaryIO
    number: int = 0
    offset: int = 0

    def next(self) -> tuple[bytes, bool]:
        """The next line with its line break (empty at the end), and whether it was cut."""
        line = self.stream.readline(LONGEST_RECORD)
        self.offset += len(line)
        self.number += 1
        if len(line) < LONGEST_RECORD or line.endswith(b"\n"):
            return line, False
        while rest := self.stream.readline(LONGEST_RECORD):
            self.offset += len(rest)
            if rest.endswith(b"\n"):
                break
        return line, True


@dataclass(slots=True)
class _Splitter:
    """Cuts one record into cells, line by line, so that a cell of many lines costs what it is long."""

    delimiter: bytes
    cells: list[bytes] = field(default_factory=list)
    quoted: bool = False
    fault: str | None = None
    fault_cell: int | None = None
    _parts: list[bytes] = field(default_factory=list)

    def feed(self, line: bytes, *, keep: bool = True) -> None:
        """Continue with a physical line; without `keep`, what is inside an open quote is dropped."""
        end = _end_of_text(line)
        at = self._close(line, 0, keep) if self.quoted else 0
        while not self.quoted and at >= 0:
            if line[at : at + 1] == b'"':
                self.quoted = True
                at = self._close(line, at + 1, keep)
            else:
                at = self._plain(line, at, end)

    def mark(self, fault: str) -> None:
        """Note the first fault, in the cell being read."""
        if self.fault is None:
            self.fault, self.fault_cell = fault, len(self.cells)

    def _plain(self, line: bytes, at: int, end: int) -> int:
        """Take an unquoted cell; where the next one begins, or -1 at the end of the record."""
        stop = line.find(self.delimiter, at, end)
        if stop < 0:
            self.cells.append(line[at:end])
            return -1
        self.cells.append(line[at:stop])
        return stop + 1

    def _close(self, line: bytes, at: int, keep: bool) -> int:
        """Go on inside quotes; where the next cell begins, or -1 when the record or the line ended."""
        while True:
            stop = line.find(b'"', at)
            if stop < 0:
                if keep:
                    self._parts.append(line[at:])
                return -1
            if line[stop + 1 : stop + 2] == b'"':
                if keep:
                    self._parts.append(line[at : stop + 1])
                at = stop + 2
                continue
            if keep:
                self._parts.append(line[at:stop])
            return self._after_quote(line, stop + 1)

    def _after_quote(self, line: bytes, at: int) -> int:
        self.quoted = False
        end = _end_of_text(line)
        stop = line.find(self.delimiter, at, end)
        if line[at : end if stop < 0 else stop]:
            self.mark(STRAY_QUOTE)
        self.cells.append(b"".join(self._parts))
        self._parts.clear()
        return -1 if stop < 0 else stop + 1


def _end_of_text(line: bytes) -> int:
    if line.endswith(b"\r\n"):
        return len(line) - 2
    return len(line) - 1 if line.endswith(b"\n") else len(line)


def records(stream: BinaryIO, *, delimiter: bytes = b",") -> Iterator[Record]:
    """Cut a stream into records; blank lines count as records but are not handed out.

    stream: a binary stream at its beginning, read once. delimiter: one ASCII byte. Raises nothing about the
    content: faults are in the records. Rule: RFC 4180 §2, with LF accepted as line break.
    """
    lines = _Lines(stream)
    number = 0
    while True:
        offset = lines.offset
        line, cut = lines.next()
        if not line:
            return
        number += 1
        first = lines.number
        splitter = _Splitter(delimiter)
        raw = [line]
        length = len(line)
        splitter.feed(line)
        while splitter.quoted and not cut:
            line, cut = lines.next()
            if not line:
                splitter.mark(OPEN_QUOTE)
                break
            length += len(line)
            keep = length <= LONGEST_RECORD
            if keep:
                raw.append(line)
            else:
                splitter.mark(TOO_LONG)
            splitter.feed(line, keep=keep)
        if cut:
            splitter.mark(TOO_LONG)
        if splitter.cells == [b""] and splitter.fault is None:
            continue
        yield Record(
            number=number,
            line=first,
            offset=offset,
            raw=b"".join(raw),
            cells=splitter.cells,
            fault=splitter.fault,
            fault_cell=splitter.fault_cell,
        )
