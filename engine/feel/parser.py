"""From text to syntax tree: precedence climbing over raw tokens (DMN 1.5, 10.3.1.2).

Bounded: text, tokens, and the height of the tree are capped, so that neither reading nor compiling nor
evaluating a tree can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import NoReturn, TypeVar

from engine.feel import syntax
from engine.feel.builtin_names import BUILT_IN_NAMES
from engine.feel.cursor import Cursor
from engine.feel.errors import FeelSyntaxError, Position
from engine.feel.lexer import unescape
from engine.feel.names import KEYWORDS, NameTable, is_nameable, table_of
from engine.feel.numbers import CONTEXT, as_number
from engine.feel.type_parser import parse_type

HIGHEST_TREE = 100
_MOST_DECLARED = 500
_MOST_ITERATORS = 20
_ADDITIVE, _MULTIPLICATIVE, _POWER, _NEGATION, _INSTANCE = 4, 5, 6, 7, 8
_BINARY = {"+": _ADDITIVE, "-": _ADDITIVE, "*": _MULTIPLICATIVE, "/": _MULTIPLICATIVE, "**": _POWER}
_COMPARISON = 3
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_LOGIC = {"or": 1, "and": 2}

N = TypeVar("N", bound=syntax.Node)


def parse_expression(text: str, names: Collection[str] = ()) -> syntax.Node:
    """The tree of an expression; raises FeelSyntaxError."""
    parser = _Parser(text, names)
    node = parser.expression()
    parser.cursor.expect_end()
    return node


def parse_unary_tests(text: str, names: Collection[str] = ()) -> syntax.Tests:
    """The tree of a decision table cell (rule 15); an empty text means "-"."""
    parser = _Parser(text, names)
    node = parser.tests()
    parser.cursor.expect_end()
    return node


class _Parser:
    """Holds the place in the tokens; every construct has one method."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self._local = NameTable()
        self.cursor = Cursor(text, (BUILT_IN_NAMES, table_of(frozenset(names)), self._local))
        self._nesting = 0
        self._declared = 0
        self._in_endpoint = False

    def make(self, node: N) -> N:
        syntax.weigh(node)
        if node.height > HIGHEST_TREE:
            self._refuse_height()
        return node

    def _refuse_height(self) -> NoReturn:
        raise FeelSyntaxError(
            message_zh=f"表达式嵌套超过 {HIGHEST_TREE} 层",
            message_en=f"the expression is nested more than {HIGHEST_TREE} levels deep",
            position=Position.of(self.cursor.text, self.cursor.token.start),
        )

    # -- expressions, from the loosest operator to the tightest

    def expression(self, tightness: int = 0) -> syntax.Node:
        self._nesting += 1
        if self._nesting > HIGHEST_TREE:
            self._refuse_height()
        node = self._continued(self._prefix(), tightness)
        self._nesting -= 1
        return node

    def _continued(self, node: syntax.Node, tightness: int) -> syntax.Node:
        """`node` with the operators that follow it."""
        while (extended := self._infix(node, tightness)) is not None:
            node = extended
        return node

    def _infix(self, left: syntax.Node, tightness: int) -> syntax.Node | None:
        token = self.cursor.token
        text, at = token.text, token.start
        if token.kind == "symbol":
            if text in _BINARY and _BINARY[text] > tightness:
                self.cursor.advance()
                right = self.expression(_BINARY[text])
                return self.make(syntax.Arithmetic(text, left, right, at=at))
            if text in _COMPARISONS and tightness < _COMPARISON:
                self.cursor.advance()
                right = self.expression(_COMPARISON)
                return self.make(syntax.Comparison(text, left, right, at=at))
            return None
        if token.kind != "word":
            return None
        if text in _LOGIC and tightness < _LOGIC[text]:
            return self._logic(text, left)
        if text == "between" and tightness < _COMPARISON:
            return self._between(left)
        if text == "in" and tightness < _COMPARISON:
            self.cursor.advance()
            return self.make(syntax.In(left, self._in_tests(), at=at))
        if text == "instance" and tightness < _INSTANCE and self.cursor.peek(1).text == "of":
            self.cursor.advance(2)
            return self.make(syntax.InstanceOf(left, parse_type(self.cursor), at=at))
        return None

    def _logic(self, operator: str, left: syntax.Node) -> syntax.Node:
        at = self.cursor.token.start
        operands = [left]
        while self.cursor.at_word(operator):
            self.cursor.advance()
            operands.append(self.expression(_LOGIC[operator]))
        return self.make(syntax.Logic(operator, tuple(operands), at=at))

    def _between(self, value: syntax.Node) -> syntax.Node:
        at = self.cursor.advance().start
        low = self.expression(_COMPARISON)
        self.cursor.expect_word("and")
        high = self.expression(_COMPARISON)
        return self.make(syntax.Between(value, low, high, at=at))

    def _prefix(self) -> syntax.Node:
        token = self.cursor.token
        if token.kind == "symbol" and token.text == "-":
            self.cursor.advance()
            operand = self.expression(_NEGATION)
            return self.make(syntax.Negation(operand, at=token.start))
        if token.kind == "word" and self.cursor.known() is None:
            if token.text == "if":
                return self._if()
            if token.text == "for":
                return self._for()
            if token.text in ("some", "every"):
                return self._quantified()
            if token.text == "function" and self.cursor.peek(1).text == "(":
                return self._function()
        return self._postfix(self._primary())

    def _postfix(self, node: syntax.Node) -> syntax.Node:
        while self.cursor.token.kind == "symbol":
            token = self.cursor.token
            if token.text == ".":
                self.cursor.advance()
                node = self.make(syntax.Path(node, self.cursor.name(), at=token.start))
            elif token.text == "[" and not self._in_endpoint:
                self.cursor.advance()
                predicate = self._enclosed()
                self.cursor.expect("]")
                node = self.make(syntax.Filter(node, predicate, at=token.start))
            elif token.text == "(":
                node = self._call(node)
            else:
                break
        return node

    def _enclosed(self) -> syntax.Node:
        """An expression between brackets, where an opening bracket is a filter again."""
        outer, self._in_endpoint = self._in_endpoint, False
        node = self.expression()
        self._in_endpoint = outer
        return node

    # -- values

    def _primary(self) -> syntax.Node:
        token = self.cursor.token
        if token.kind == "number":
            self.cursor.advance()
            return self.make(syntax.NumberLiteral(self._number(token.text), at=token.start))
        if token.kind == "string":
            self.cursor.advance()
            return self.make(syntax.StringLiteral(unescape(token.text), at=token.start))
        if token.kind == "word":
            return self._word()
        opening = {"(": self._parenthesis, "[": self._bracket, "]": self._bracket, "{": self._context}
        if token.kind == "symbol" and token.text in opening:
            return opening[token.text]()
        if token.text == "@" and self.cursor.peek(1).kind == "string":
            literal = self.cursor.peek(1).text
            self.cursor.advance(2)
            return self.make(syntax.AtLiteral(unescape(literal), at=token.start))
        return self.cursor.refuse()

    def _number(self, text: str) -> int | Decimal:
        if len(text) <= 34 and text.isdecimal():
            return int(text)
        value = as_number(CONTEXT.create_decimal(text))
        if value is None or len(text) > 1_000:
            self.cursor.refuse()
        return value

    def _word(self) -> syntax.Node:
        token = self.cursor.token
        if self.cursor.known() is None:
            if token.text in ("true", "false"):
                self.cursor.advance()
                return self.make(syntax.BooleanLiteral(token.text == "true", at=token.start))
            if token.text == "null":
                self.cursor.advance()
                return self.make(syntax.NullLiteral(at=token.start))
            if token.text in KEYWORDS - {"not"}:
                self.cursor.refuse()
        return self.make(syntax.Name(self.cursor.name(), at=token.start))

    def _parenthesis(self) -> syntax.Node:
        at = self.cursor.advance().start
        if self.cursor.token.text in _COMPARISONS and self.cursor.token.kind == "symbol":
            test = self._enclosed_test()
            self.cursor.expect(")")
            return test
        first = self._enclosed()
        if self.cursor.at(".."):
            return self._range(first, at, start_included=False)
        self.cursor.expect(")")
        return first

    def _bracket(self) -> syntax.Node:
        opening = self.cursor.advance()
        if opening.text == "[" and self.cursor.at("]"):
            self.cursor.advance()
            return self.make(syntax.ListLiteral((), at=opening.start))
        first = self._enclosed()
        if self.cursor.at(".."):
            return self._range(first, opening.start, start_included=opening.text == "[")
        if opening.text == "]":
            self.cursor.refuse()
        items = [first]
        while self.cursor.skip(","):
            items.append(self._enclosed())
        self.cursor.expect("]")
        return self.make(syntax.ListLiteral(tuple(items), at=opening.start))

    def _range(self, start: syntax.Node, at: int, *, start_included: bool) -> syntax.Node:
        self.cursor.expect("..")
        outer, self._in_endpoint = self._in_endpoint, True
        end = self.expression(_COMPARISON)
        self._in_endpoint = outer
        closing = self.cursor.token.text
        if closing not in ("]", ")", "["):
            self.cursor.refuse()
        self.cursor.advance()
        return self.make(syntax.RangeLiteral(start, end, start_included, closing == "]", at=at))

    def _context(self) -> syntax.Node:
        at = self.cursor.advance().start
        entries: list[syntax.ContextEntry] = []
        while not self.cursor.at("}"):
            if entries:
                self.cursor.expect(",")
            start = self.cursor.token.start
            key = self.cursor.key()
            self.cursor.expect(":")
            entries.append(self.make(syntax.ContextEntry(key, self._enclosed(), at=start)))
            self._know(key)
        self.cursor.expect("}")
        return self.make(syntax.ContextLiteral(tuple(entries), at=at))

    def _know(self, name: str) -> None:
        """Know a name declared in the text; no more than a person would declare, since each slows reading."""
        self._declared += 1
        if name in KEYWORDS or len(name) > 200 or not is_nameable(name):
            return
        if self._declared <= _MOST_DECLARED:
            self._local.add(name)

    # -- invocation and definition of functions

    def _call(self, callee: syntax.Node) -> syntax.Node:
        at = self.cursor.advance().start
        arguments: list[syntax.Node] = []
        names: list[str] = []
        while not self.cursor.at(")"):
            if arguments:
                self.cursor.expect(",")
            name = self.cursor.argument_name()
            if (name is None) == bool(names) and arguments:
                self.cursor.refuse()
            if name is not None:
                names.append(name)
            arguments.append(self._enclosed())
        self.cursor.expect(")")
        named = tuple(names) if names else None
        return self.make(syntax.Call(callee, tuple(arguments), named, at=at))

    def _function(self) -> syntax.Node:
        at = self.cursor.advance(2).start
        parameters: list[syntax.Parameter] = []
        while not self.cursor.at(")"):
            if parameters:
                self.cursor.expect(",")
            start = self.cursor.token.start
            name = self.cursor.name_until(":", ",", ")")
            self._know(name)
            kind = parse_type(self.cursor) if self.cursor.skip(":") else None
            parameters.append(self.make(syntax.Parameter(name, kind, at=start)))
        self.cursor.expect(")")
        external = self.cursor.at_word("external")
        if external:
            self.cursor.advance()
        body = self.expression()
        return self.make(syntax.FunctionDefinition(tuple(parameters), body, external, at=at))

    # -- control

    def _if(self) -> syntax.Node:
        at = self.cursor.advance().start
        condition = self._enclosed()
        self.cursor.expect_word("then")
        then = self._enclosed()
        self.cursor.expect_word("else")
        return self.make(syntax.If(condition, then, self.expression(), at=at))

    def _for(self) -> syntax.Node:
        at = self.cursor.advance().start
        iterators = self._iterators("return")
        self._local.add("partial")
        return self.make(syntax.For(iterators, self.expression(), at=at))

    def _quantified(self) -> syntax.Node:
        word = self.cursor.advance()
        iterators = self._iterators("satisfies")
        return self.make(syntax.Quantified(word.text, iterators, self.expression(), at=word.start))

    def _iterators(self, closing: str) -> tuple[syntax.Iterator, ...]:
        found: list[syntax.Iterator] = []
        while not found or self.cursor.skip(","):
            at = self.cursor.token.start
            name = self.cursor.name_until("in")
            self.cursor.expect_word("in")
            domain = self.expression()
            upto = self.expression() if self.cursor.skip("..") else None
            self._know(name)
            found.append(self.make(syntax.Iterator(name, domain, upto, at=at)))
            if len(found) > _MOST_ITERATORS:
                self._refuse_height()
        self.cursor.expect_word(closing)
        return tuple(found)

    # -- tests

    def _unary_test(self) -> syntax.Node:
        token = self.cursor.token
        if token.kind == "symbol" and token.text in _COMPARISONS:
            self.cursor.advance()
            endpoint = self.expression(_COMPARISON)
            return self.make(syntax.UnaryTest(token.text, endpoint, at=token.start))
        return self._enclosed()

    def _enclosed_test(self) -> syntax.Node:
        """A test between brackets; as `_enclosed`."""
        outer, self._in_endpoint = self._in_endpoint, False
        node = self._unary_test()
        self._in_endpoint = outer
        return node

    def _in_tests(self) -> tuple[syntax.Node, ...]:
        if not self.cursor.at("("):
            token = self.cursor.token
            if token.kind == "symbol" and token.text in _COMPARISONS:
                return (self._unary_test(),)
            return (self.expression(_COMPARISON),)
        at = self.cursor.advance().start
        tests = [self._enclosed_test()]
        if self.cursor.at(".."):
            return (self._operand(self._range(tests[0], at, start_included=False)),)
        while self.cursor.skip(","):
            tests.append(self._enclosed_test())
        self.cursor.expect(")")
        return (self._operand(tests[0]),) if len(tests) == 1 else tuple(tests)

    def _operand(self, node: syntax.Node) -> syntax.Node:
        """An operand of `in` whose beginning stood in brackets; parsing it anew could take exponential time."""
        return self._continued(self._postfix(node), _COMPARISON)

    def tests(self) -> syntax.Tests:
        """Rule 15: `-`, `not(…)`, or tests separated by commas."""
        self._local.add("?")
        if self.cursor.at_end():
            return self.make(syntax.Tests(()))
        if self.cursor.at("-") and self.cursor.peek(1).kind == "end":
            self.cursor.advance()
            return self.make(syntax.Tests(()))
        if self.cursor.at_word("not") and self.cursor.peek(1).text == "(":
            negated = self._negated_tests()
            if negated is not None:
                return negated
        tests = [self._unary_test()]
        while self.cursor.skip(","):
            tests.append(self._unary_test())
        return self.make(syntax.Tests(tuple(tests)))

    def _negated_tests(self) -> syntax.Tests | None:
        """The negated tests, or None when `not(…)` is only the beginning of an expression."""
        start = self.cursor.index
        self.cursor.advance(2)
        tests = [self._unary_test()]
        while self.cursor.skip(","):
            tests.append(self._unary_test())
        self.cursor.expect(")")
        if self.cursor.at_end():
            return self.make(syntax.Tests(tuple(tests), negated=True))
        self.cursor.index = start
        return None
