"""parse(print(tree)) is the tree; BIHUAN_FUZZ=N multiplies the number of random examples."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from engine.feel import syntax
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.printer import print_expression, print_tests

from .trees import NAMES, expressions, unary_tests

FUZZ = int(os.environ.get("BIHUAN_FUZZ", "1"))


@settings(max_examples=250 * FUZZ, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions)
def test_a_printed_expression_parses_to_the_same_tree(tree: syntax.Node) -> None:
    assert parse_expression(print_expression(tree), NAMES) == tree


@settings(max_examples=100 * FUZZ, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(unary_tests)
def test_printed_unary_tests_parse_to_the_same_tree(tree: syntax.Tests) -> None:
    assert parse_unary_tests(print_tests(tree), NAMES) == tree
