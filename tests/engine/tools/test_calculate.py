"""calculate."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import ToolError
from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.calculate import calculate, calculate_tools
from tests.engine.tools.conftest import caller, card_maker, fields_of


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("0.1 + 0.2", "0.3"),
        ("1299.90 * 1.19", "1546.881"),
        ("10 / 4", "2.5"),
        ("6 / 3", "2"),
        ("1 / 3", "0.33333333333333333333"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("-7.5 // 2", "-4"),
        ("-7 % 3", "2"),
        ("-7.5 % 2", "0.5"),
        ("2 ** 100", "1267650600228229401496703205376"),
        ("2 ** -1", "0.5"),
        ("2 ** 0.5", "1.4142135623730950488"),
        ("sqrt(2) ** 2", "2"),
        ("round(10 / 3, 2)", "3.33"),
        ("round(2.5)", "3"),
        ("round(1234, -2)", "1200"),
        ("sin(pi)", "0"),
        ("sin(pi / 6)", "0.5"),
        ("log(100, 10)", "2"),
        ("log2(8)", "3"),
        ("ln(e)", "1"),
        ("cbrt(-27)", "-3"),
        ("mean(3, 5, 8)", "5.3333333333333333333"),
        ("median([4, 1, 3, 2])", "2.5"),
        ("max(1, 2.5, -3)", "2.5"),
        ("sum([1, 2, 3.5])", "6.5"),
        ("factorial(20)", "2432902008176640000"),
        ("comb(5, 2)", "10"),
        ("gcd(12, 18)", "6"),
        ("floor(-1.5) + ceil(1.2)", "0"),
        ("1e-30 * 1", "1e-30"),
        ("12345678901234.56 + 0.01", "12345678901234.57"),
        ("  1_000 * 3 ", "3000"),
        ("abs(-3)", "3"),
        ("0.0", "0"),
        ("1e20", "100000000000000000000"),
    ],
)
def test_result(expression: str, result: str) -> None:
    assert calculate(expression) == result


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1 / 0", "Division by zero"),
        ("1 % 0", "Division by zero"),
        ("1.5 / 0", "Division by zero"),
        ("0.5 % 0", "no real result"),
        ("sqrt(-1)", "no real result"),
        ("acos(2)", "no real result"),
        ("2 ^ 3", "**"),
        ("x + 1", "'x' is not known"),
        ("foo(1)", "There is no function 'foo'"),
        ("sqrt(1, 2)", "takes 1 number, not 2"),
        ("1 +", "not an arithmetic expression"),
        ("[1, 2]", "A list"),
        ("True + 1", "not arithmetic"),
        ("'a' * 3", "not arithmetic"),
        ("1j", "not arithmetic"),
        ("().__class__", "not arithmetic"),
        ("__import__('os')", "not arithmetic"),
        ("print(1)", "There is no function"),
        ("(lambda: 1)()", "not arithmetic"),
        ("sqrt(x=1)", "not arithmetic"),
        ("[x for x in [1]]", "not arithmetic"),
        ("1 if 1 else 2", "not arithmetic"),
        ("1 < 2", "not arithmetic"),
        ("\0", "not an arithmetic expression"),
        ("1\n2", "not an arithmetic expression"),
        ("factorial(1.5)", "whole number"),
    ],
)
def test_what_is_not_arithmetic_is_refused_in_words(expression: str, words: str) -> None:
    with pytest.raises(ToolError) as caught:
        calculate(expression)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9**9",
        "2**99999999999",
        "10.5**99999999",
        "factorial(99999999)",
        "comb(10000, 5000) ** 5",
        "*".join(["9" * 90] * 10) + "**99",
        "exp(99999999)",
        "(" * 400 + "1" + ")" * 400,
        "1e999999 * 1e999999",
        "lcm(" + ",".join(f"2**{n}-1" for n in range(12900, 12920)) + ")",
        "round(1, 99999999)",
        "1.5 ** 1.5e9",
        "floor(1e9000)",
    ],
)
def test_monsters_end_quickly_with_an_error(expression: str) -> None:
    begun = time.process_time()
    with pytest.raises(ToolError):
        calculate(expression)
    assert time.process_time() - begun < 1


@given(st.text(alphabet="0123456789.+-*/%()e, sqrtpi[]", max_size=40))
def test_any_text_gives_a_result_or_a_tool_error(text: str) -> None:
    with contextlib.suppress(ToolError):
        assert calculate(text)


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_whole_numbers_are_exact(left: int, right: int) -> None:
    assert calculate(f"({left}) * ({right}) + {abs(left)}") == str(left * right + abs(left))


async def test_tool_answers_and_has_a_card(context: ToolContext) -> None:
    assert (await caller(calculate_tools(), context)("calculate", expression="2+2")).text == "4"
    assert (await caller(calculate_tools(), context)("calculate", expression="2+")).failed
    assert (await caller(calculate_tools(), context)("calculate", expression="1+" * 600 + "1")).failed
    assert fields_of(await card_maker(calculate_tools(), context)("calculate", expression="2+2")) == {
        "Expression": "2+2"
    }
