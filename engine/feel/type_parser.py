"""Reading a type: `number`, `list<string>`, `context<a: number>`, `function<date> -> string`, `range<time>`."""

from __future__ import annotations

from engine.feel.cursor import Cursor
from engine.feel.lexer import Token
from engine.feel.names import STOPS, normalized
from engine.feel.types import Type

_DEEPEST = 16


def parse_type(cursor: Cursor, depth: int = 0) -> Type:
    """The type that begins at the cursor; raises FeelSyntaxError."""
    if depth > _DEEPEST:
        cursor.refuse()
    name = _type_name(cursor)
    if not cursor.at("<") or name not in ("list", "range", "context", "function"):
        return Type(name)
    cursor.expect("<")
    if name == "context":
        members: list[tuple[str, Type]] = []
        while not cursor.at(">"):
            if members:
                cursor.expect(",")
            member = cursor.name_until(":")
            cursor.expect(":")
            members.append((member, parse_type(cursor, depth + 1)))
        cursor.expect(">")
        return Type(name, members=tuple(members))
    if name == "function":
        parameters: list[Type] = []
        while not cursor.at(">"):
            if parameters:
                cursor.expect(",")
            parameters.append(parse_type(cursor, depth + 1))
        cursor.expect(">")
        result = parse_type(cursor, depth + 1) if cursor.skip("->") else None
        return Type(name, items=result, parameters=tuple(parameters))
    items = parse_type(cursor, depth + 1)
    cursor.expect(">")
    return Type(name, items=items)


def _type_name(cursor: Cursor) -> str:
    first = last = cursor.token
    if first.kind != "word" or not _goes_on(first):
        cursor.refuse()
    for built_in in ("date and time", "days and time duration", "years and months duration"):
        words = built_in.split()
        if [cursor.peek(index).text for index in range(len(words))] == words:
            cursor.advance(len(words))
            return built_in
    while _goes_on(cursor.token) or (cursor.at(".") and cursor.peek(1).kind == "word" and last is not first):
        last = cursor.advance()
    return normalized(cursor.text[first.start : last.end])


def _goes_on(token: Token) -> bool:
    return (
        token.kind == "word" and (token.text not in STOPS or token.text == "function")
    ) or token.text.isdecimal()


def type_from(text: str) -> Type:
    """The type that a text says; raises FeelSyntaxError."""
    cursor = Cursor(text, ())
    found = parse_type(cursor)
    cursor.expect_end()
    return found
