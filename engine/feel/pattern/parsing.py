"""From the text of a pattern to its tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from engine.feel.pattern.classes import CharSet, any_case, escaped_class, one_of, opposite, property_class
from engine.feel.run import NullResult

_SINGLE = {"n": "\n", "r": "\r", "t": "\t"} | {char: char for char in "\\|.-^?*+{}()[]$"}
_MOST_REPEATS = 1_000
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Anchor:
    """A position: "start", "end", and in multi-line mode "line start", "line end"."""

    kind: str


@dataclass(frozen=True, slots=True)
class BackReference:
    """What a group matched, once more."""

    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """A captured part; `number` counts opening brackets from 1."""

    number: int
    body: Tree


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, the first that leads to a match wins."""

    branches: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `least` to `most` times (None: without bound), as often or as seldom as possible."""

    body: Tree
    least: int
    most: int | None
    greedy: bool


Tree: TypeAlias = Chars | Anchor | BackReference | Group | Sequence | Choice | Repeat


@dataclass(frozen=True, slots=True)
class PatternTree:
    """A whole pattern and the number of its groups."""

    body: Tree
    groups: int
    back_references: bool


def parse_pattern(pattern: str, flags: str) -> PatternTree:
    """The tree of a pattern; raises NullResult when it is invalid."""
    if "q" in flags:
        parts = tuple(Chars(_literal(char, flags)) for char in pattern)
        return PatternTree(Sequence(parts), groups=0, back_references=False)
    parser = _Parser(_without_blanks(pattern) if "x" in flags else pattern, flags)
    body = parser.choice(0)
    if parser.at < len(parser.text):
        parser.refuse()
    return PatternTree(body, groups=parser.groups, back_references=parser.back_references)


def _without_blanks(pattern: str) -> str:
    """The pattern for flag x: without blanks, except inside character classes."""
    kept, depth, escaped = [], 0, False
    for char in pattern:
        if depth == 0 and char in " \t\n\r":
            continue
        kept.append(char)
        if not escaped:
            depth += (char == "[") - (char == "]")
        escaped = char == "\\" and not escaped
    return "".join(kept)


def _literal(char: str, flags: str) -> CharSet:
    if "i" not in flags:
        return lambda other: other == char
    folded = char.casefold()
    return lambda other: other == char or other.casefold() == folded


class _Parser:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.back_references = False
        self._closed: set[int] = set()
        self._flags = flags

    def refuse(self) -> NoReturn:
        raise NullResult("pattern.invalid", self.text)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _next(self) -> str:
        if self.at >= len(self.text):
            self.refuse()
        self.at += 1
        return self.text[self.at - 1]

    def choice(self, depth: int) -> Tree:
        if depth > _DEEPEST:
            self.refuse()
        branches = [self._sequence(depth)]
        while self._take("|"):
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self, depth: int) -> Tree:
        parts = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._quantified(self._atom(depth)))
        return Sequence(tuple(parts))

    def _quantified(self, atom: Tree) -> Tree:
        bounds = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        char = self._peek()
        if char in bounds and char:
            self.at += 1
            least, most = bounds[char]
        elif char == "{":
            least, most = self._counts()
        else:
            return atom
        if isinstance(atom, Anchor):
            self.refuse()
        return Repeat(atom, least, most, greedy=not self._take("?"))

    def _counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (low.isascii() and low.isdigit()) or (high and not (high.isascii() and high.isdigit())):
            self.refuse()
        if len(low) > 4 or len(high) > 4:
            self.refuse()
        self.at = end + 1
        least = int(low)
        most = int(high) if high else (None if comma else least)
        if least > _MOST_REPEATS or (most is not None and not least <= most <= _MOST_REPEATS):
            self.refuse()
        return least, most

    def _atom(self, depth: int) -> Tree:
        char = self._next()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return Chars(self._class(depth))
        if char == ".":
            return Chars((lambda _other: True) if "s" in self._flags else (lambda other: other not in "\n\r"))
        if char == "^":
            return Anchor("line start" if "m" in self._flags else "start")
        if char == "$":
            return Anchor("line end" if "m" in self._flags else "end")
        if char == "\\":
            return self._escape()
        if char in "?*+{}]":
            self.refuse()
        return Chars(_literal(char, self._flags))

    def _group(self, depth: int) -> Tree:
        if self._take("?:"):
            body = self.choice(depth + 1)
            number = 0
        else:
            self.groups += 1
            number = self.groups
            body = self.choice(depth + 1)
            self._closed.add(number)
        if not self._take(")"):
            self.refuse()
        return Group(number, body) if number else body

    def _escape(self) -> Tree:
        if self._peek().isdigit() and self._peek().isascii():
            return self._back_reference()
        found = self._escaped_set()
        if found is not None:
            return Chars(found)
        return Chars(_literal(self._single(), self._flags))

    def _back_reference(self) -> Tree:
        number = int(self._next())
        while (
            self._peek().isascii()
            and self._peek().isdigit()
            and number * 10 + int(self._peek()) <= self.groups
        ):
            number = number * 10 + int(self._next())
        if number not in self._closed:
            self.refuse()
        self.back_references = True
        return BackReference(number)

    def _single(self) -> str:
        char = self._next()
        if char not in _SINGLE:
            self.refuse()
        return _SINGLE[char]

    def _escaped_set(self) -> CharSet | None:
        """The set after a backslash, if it stands for one."""
        letter = self._peek()
        if letter in ("p", "P"):
            end = self.text.find("}", self.at)
            if self.text[self.at + 1 : self.at + 2] != "{" or end < 0:
                self.refuse()
            found = property_class(self.text[self.at + 2 : end])
            if found is None:
                self.refuse()
            self.at = end + 1
            return self._cased(found if letter == "p" else opposite(found))
        found = escaped_class(letter) if letter else None
        if found is not None:
            self.at += 1
        return found

    def _cased(self, chars: CharSet) -> CharSet:
        return any_case(chars) if "i" in self._flags else chars

    def _class(self, depth: int) -> CharSet:
        """A class after its opening bracket: `^`, ranges and sets, `-[…]` taken away, `]`."""
        if depth > _DEEPEST:
            self.refuse()
        negative = self._take("^")
        sets: list[CharSet] = []
        while self._peek() != "]" or not sets:
            if self._peek() == "-" and self.text.startswith("-[", self.at) and sets:
                self.at += 2
                taken = self._class(depth + 1)
                if not self._take("]"):
                    self.refuse()
                return _difference(_union(sets, negative), taken)
            sets.append(self._class_part())
        self.at += 1
        return _union(sets, negative)

    def _class_part(self) -> CharSet:
        if self._peek() == "\\":
            self.at += 1
            found = self._escaped_set()
            if found is not None:
                return found
            low = self._single()
        else:
            low = self._next()
            if low in "[]":
                self.refuse()
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "[", ""):
            return self._cased(one_of(((low, low),)))
        if low == "-":
            self.refuse()
        self.at += 1
        high = self._next()
        if high == "\\":
            high = self._single()
        if high == "[" or high < low:
            self.refuse()
        return self._cased(one_of(((low, high),)))


def _union(sets: list[CharSet], negative: bool) -> CharSet:
    if negative:
        return lambda char: not any(chars(char) for chars in sets)
    return lambda char: any(chars(char) for chars in sets)


def _difference(chars: CharSet, taken: CharSet) -> CharSet:
    return lambda char: chars(char) and not taken(char)
