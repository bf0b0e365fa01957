"""Running a pattern's program over a text: depth first, the preferred alternative first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.feel.pattern.program import Instruction, Program
from engine.feel.run import NullResult, Run

_INSTRUCTIONS_PER_STEP = 4

Slots: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched, and its groups: start and end of each, -1 for one that took no part."""

    start: int
    end: int
    slots: tuple[int, ...]

    def group(self, text: str, number: int) -> str:
        """What group `number` matched; empty when it took no part; 0 is the whole match."""
        if number == 0:
            return text[self.start : self.end]
        low, high = self.slots[2 * number], self.slots[2 * number + 1]
        return text[low:high] if low >= 0 and high >= low else ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    program: Program
    groups: int

    def search(self, text: str, run: Run, start: int = 0) -> Match | None:
        """The first match at or after `start`."""
        tried: set[int] = set()
        for at in range(start, len(text) + 1):
            run.charge(1)
            found = self._match(text, at, run, tried)
            if found is not None:
                return found
        return None

    def _match(self, text: str, start: int, run: Run, tried: set[int]) -> Match | None:
        program = self.program
        instructions, memorable = program.instructions, program.memorable
        width, length = len(instructions), len(text)
        pending: list[tuple[int, int, Slots]] = [(0, start, (-1,) * program.slots)]
        count = 0
        while pending:
            pc, at, slots = pending.pop()
            while True:
                count += 1
                if count == _INSTRUCTIONS_PER_STEP:
                    run.charge(1)
                    count = 0
                if memorable:
                    key = at * width + pc
                    if key in tried:
                        break
                    tried.add(key)
                step = instructions[pc]
                kind = step.kind
                if kind == "char":
                    if at >= length or step.chars is None or not step.chars(text[at]):
                        break
                    at += 1
                    pc += 1
                elif kind == "split":
                    pending.append((step.second, at, slots))
                    pc = step.first
                elif kind == "jump":
                    pc = step.first
                elif kind == "match":
                    return Match(start, at, slots)
                else:
                    after = _advance(step, text, at, slots, caseless=program.caseless)
                    if after is None:
                        break
                    at, slots = after
                    pc += 1
        return None

    def replace(self, text: str, replacement: str, run: Run) -> str:
        """`text` with every match replaced; raises NullResult when the pattern matches the empty string."""
        parts = _replacement_parts(replacement, self.groups)
        pieces: list[str] = []
        size, at = 0, 0
        for found in self._all(text, run):
            filled = "".join(part if isinstance(part, str) else found.group(text, part) for part in parts)
            pieces.extend((text[at : found.start], filled))
            size += found.start - at + len(filled)
            run.fits(size)
            at = found.end
        pieces.append(text[at:])
        return "".join(pieces)

    def split(self, text: str, run: Run) -> list[str]:
        """The parts of `text` between matches; raises NullResult when the pattern matches the empty string."""
        parts: list[str] = []
        at = 0
        for found in self._all(text, run):
            parts.append(text[at : found.start])
            at = found.end
        parts.append(text[at:])
        run.fits(len(parts))
        return parts

    def _all(self, text: str, run: Run) -> list[Match]:
        if self.search("", run) is not None:
            raise NullResult("pattern.invalid", "matches the empty string")
        matches: list[Match] = []
        at = 0
        while at <= len(text):
            found = self.search(text, run, at)
            if found is None or found.end == found.start:
                break
            matches.append(found)
            at = found.end
        return matches


def _advance(
    step: Instruction, text: str, at: int, slots: Slots, *, caseless: bool
) -> tuple[int, Slots] | None:
    """Position and slots after an instruction other than the common ones; None when it does not hold."""
    if step.kind == "save":
        return at, (*slots[: step.first], at, *slots[step.first + 1 :])
    if step.kind == "check":
        return None if slots[step.first] == at else (at, slots)
    if step.kind == "anchor":
        return (at, slots) if _anchored(step.anchor, text, at) else None
    low, high = slots[2 * step.first], slots[2 * step.first + 1]
    wanted = text[low:high] if 0 <= low <= high else ""
    found = text[at : at + len(wanted)]
    same = found.casefold() == wanted.casefold() if caseless else found == wanted
    return (at + len(wanted), slots) if same else None


def _anchored(kind: str, text: str, at: int) -> bool:
    if at == 0 and kind in ("start", "line start"):
        return True
    if at == len(text) and kind in ("end", "line end"):
        return True
    if kind == "line start":
        return text[at - 1] == "\n" and at < len(text)
    return kind == "line end" and text[at] == "\n"


def _replacement_parts(replacement: str, groups: int) -> list[str | int]:
    r"""Literal text and group numbers; `\$` and `\\` stand for themselves."""
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        following = replacement[at + 1 : at + 2]
        if char == "\\":
            if following not in ("\\", "$"):
                raise NullResult("pattern.invalid", replacement)
            parts.append(following)
            at += 2
        elif char == "$":
            number, at = _group_number(replacement, at + 1, groups)
            parts.append(number if number <= groups else "")
        else:
            parts.append(char)
            at += 1
    return parts


def _group_number(replacement: str, at: int, groups: int) -> tuple[int, int]:
    """The number after `$`: as many digits as still name a group."""
    if not replacement[at : at + 1].isdecimal():
        raise NullResult("pattern.invalid", replacement)
    number = int(replacement[at])
    at += 1
    while replacement[at : at + 1].isdecimal() and number * 10 + int(replacement[at]) <= groups:
        number = number * 10 + int(replacement[at])
        at += 1
    return number, at
