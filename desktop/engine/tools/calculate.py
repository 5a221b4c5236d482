"""The tool calculate: arithmetic, exact for whole numbers and to 50 digits for the rest, in bounded time."""

import ast
import decimal
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pydantic import Field

from desktop.engine.errors import ToolError
from desktop.engine.gate import Card, CardField
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput

Number = int | Decimal

_LONGEST_EXPRESSION = 1000
_MOST_BITS = 13_000  # about 3,900 digits: Python writes no more than 4,300
_MOST_DIGITS_SHOWN = 20
_MOST_ELEMENTS = 10_000

_CONTEXT = decimal.Context(
    prec=50,
    Emax=9999,
    Emin=-9999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_CONSTANTS: dict[str, Number] = {
    "pi": Decimal("3.14159265358979323846264338327950288419716939937510"),
    "e": Decimal("2.71828182845904523536028747135266249775724709369995"),
    "tau": Decimal("6.28318530717958647692528676655900576839433879875021"),
}


class CalculateArguments(BuiltinArguments):
    """Arguments of calculate."""

    expression: str = Field(
        min_length=1,
        max_length=_LONGEST_EXPRESSION,
        description="Such as '1299.90 * 1.19', '2**10', 'sqrt(2)', 'round(10/3, 2)' or 'mean(3, 5, 8)'.",
    )


def calculate_tools() -> tuple[Tool[Any], ...]:
    """The tool calculate."""
    names = ", ".join(sorted(_FUNCTIONS))
    return (
        Tool(
            name="calculate",
            description=(
                "Work out an arithmetic expression exactly; use it for any sum that matters. "
                f"Operators + - * / // % ** and parentheses; pi, e, tau; functions {names}. Angles are in radians."
            ),
            arguments=CalculateArguments,
            effects=frozenset(),
            run=_run,
            card=_card,
        ),
    )


async def _run(arguments: CalculateArguments, context: ToolContext) -> ToolOutput:
    return ToolOutput(calculate(arguments.expression))


async def _card(arguments: CalculateArguments, context: ToolContext) -> Card:
    return Card(effect="Calculates", fields=(CardField(label="Expression", text=arguments.expression, style="code"),))


def calculate(expression: str) -> str:
    """Work out an expression.

    Args:
        expression: At most 1,000 characters.

    Returns:
        The result, written out: whole numbers in full, others with up to 20 digits.

    Raises:
        ToolError: It is no arithmetic, has no result, or its result is too large.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        with decimal.localcontext(_CONTEXT):
            return _written(_number(_value(tree.body)))
    except SyntaxError as error:
        raise ToolError(f"This is not an arithmetic expression: {error.msg}.") from None
    except ZeroDivisionError:
        raise ToolError("Division by zero has no result.") from None
    except decimal.Overflow:
        raise ToolError("The result is too large.") from None
    except (decimal.InvalidOperation, ValueError, OverflowError):
        raise ToolError("This has no real result, or one that is too large.") from None
    except (RecursionError, MemoryError):
        raise ToolError("The expression is nested too deeply.") from None


def _value(node: ast.expr) -> Number | list[Number]:
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            return _literal(value)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.Name(id=name):
            raise ToolError(f"{name!r} is not known; names are {', '.join(_CONSTANTS)} and the functions.")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(_value(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(_value(operand))
        case ast.BinOp(left=left, op=ast.BitXor()):
            raise ToolError("Write powers with **, not ^.")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _checked(_OPERATORS[type(op)](_number(_value(left)), _number(_value(right))))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
            return _called(name, [_value(argument) for argument in given])
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_number(_value(element)) for element in elements]
    raise ToolError(f"{ast.unparse(node)!r} is not arithmetic that calculate knows.")


def _literal(value: Any) -> Number:
    if isinstance(value, int):
        return _checked(value)
    if math.isinf(value):
        raise ToolError("A number in the expression is too large.")
    # the shortest decimal that reads as this float is what was written, up to 17 digits
    return _CONTEXT.create_decimal(repr(value))


def _called(name: str, given: list[Number | list[Number]]) -> Number:
    if name not in _FUNCTIONS:
        raise ToolError(f"There is no function {name!r}; there are {', '.join(sorted(_FUNCTIONS))}.")
    flat = [number for value in given for number in (value if isinstance(value, list) else [value])]
    least, most, function = _FUNCTIONS[name]
    if not least <= len(flat) <= most:
        amount = str(least) if least == most else f"{least} to {most}" if most < _MOST_ELEMENTS else f"{least} or more"
        raise ToolError(f"{name} takes {amount} number{'' if amount == '1' else 's'}, not {len(flat)}.")
    return _checked(function(*flat))


def _number(value: Number | list[Number]) -> Number:
    if isinstance(value, list):
        raise ToolError("A list of numbers can only be given to a function, such as sum or max.")
    return value


def _checked(value: Number) -> Number:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ToolError("The result is too large.")
    return value


def _bits(value: Number) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _times(left: Number, right: Number) -> Number:
    if _bits(left) + _bits(right) > _MOST_BITS + 1:
        raise ToolError("The result is too large.")
    return left * right


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
        return left // right
    return Decimal(left) / Decimal(right)


def _floor_divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return math.floor(Decimal(left) / Decimal(right))


def _remainder(left: Number, right: Number) -> Number:
    """With the sign of the divisor, as Python and spreadsheets have it."""
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    rest = Decimal(left) % Decimal(right)
    return rest + right if rest and (rest < 0) != (right < 0) else rest


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if abs(base) > 1 and base.bit_length() * exponent > _MOST_BITS * 2:
            raise ToolError("The result is too large.")
        return int(base**exponent)
    return Decimal(base) ** Decimal(exponent)


def _through_floats(function: Callable[[float], float]) -> Callable[[Number], Number]:
    def through(value: Number) -> Number:
        return _CONTEXT.create_decimal(repr(round(function(float(value)), 15)))

    return through


def _whole(value: Number, most: int = _MOST_ELEMENTS) -> int:
    if value != int(value) or not -most <= value <= most:
        raise ToolError(f"Here a whole number up to {most:,} is needed.")
    return int(value)


def _integer(value: Number) -> int:
    if value != int(value):
        raise ToolError("Here whole numbers are needed.")
    return int(value)


def _round(value: Number, digits: Number = 0) -> Number:
    places = _whole(digits, 40)
    if isinstance(value, int) and places >= 0:
        return value
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP)


def _logarithm(value: Number, base: Number | None = None) -> Number:
    return Decimal(value).ln() if base is None else Decimal(value).ln() / Decimal(base).ln()


def _cube_root(value: Number) -> Number:
    root = abs(Decimal(value)) ** (Decimal(1) / 3)
    return root.copy_sign(Decimal(value))


def _median(*values: Number) -> Number:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else _divided(ordered[middle - 1] + ordered[middle], 2)


_OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: _divided,
    ast.FloorDiv: _floor_divided,
    ast.Mod: _remainder,
    ast.Pow: _power,
}
# least and most count of numbers, and the function
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Number]]] = {
    "abs": (1, 1, abs),
    "acos": (1, 1, _through_floats(math.acos)),
    "asin": (1, 1, _through_floats(math.asin)),
    "atan": (1, 1, _through_floats(math.atan)),
    "cbrt": (1, 1, _cube_root),
    "ceil": (1, 1, math.ceil),
    "comb": (2, 2, lambda n, k: math.comb(_whole(n), _whole(k))),
    "cos": (1, 1, _through_floats(math.cos)),
    "degrees": (1, 1, lambda x: Decimal(x) * 180 / _CONSTANTS["pi"]),
    "exp": (1, 1, lambda x: Decimal(x).exp()),
    "factorial": (1, 1, lambda n: math.factorial(_whole(n, 1200))),
    "floor": (1, 1, math.floor),
    "gcd": (1, _MOST_ELEMENTS, lambda *values: math.gcd(*map(_integer, values))),
    "lcm": (1, 20, lambda *values: math.lcm(*map(_integer, values))),
    "ln": (1, 1, _logarithm),
    "log": (1, 2, _logarithm),
    "log10": (1, 1, lambda x: Decimal(x).log10()),
    "log2": (1, 1, lambda x: _logarithm(x, 2)),
    "max": (1, _MOST_ELEMENTS, lambda *values: max(values)),
    "mean": (1, _MOST_ELEMENTS, lambda *values: _divided(sum(values), len(values))),
    "median": (1, _MOST_ELEMENTS, _median),
    "min": (1, _MOST_ELEMENTS, lambda *values: min(values)),
    "radians": (1, 1, lambda x: Decimal(x) * _CONSTANTS["pi"] / 180),
    "round": (1, 2, _round),
    "sin": (1, 1, _through_floats(math.sin)),
    "sqrt": (1, 1, lambda x: Decimal(x).sqrt()),
    "sum": (1, _MOST_ELEMENTS, lambda *values: sum(values)),
    "tan": (1, 1, _through_floats(math.tan)),
}


def _written(value: Number) -> str:
    if isinstance(value, int):
        return str(value)
    if value == value.to_integral_value() and abs(value) < 10**40:
        return str(int(value))
    short = decimal.Context(prec=_MOST_DIGITS_SHOWN, Emax=9999, Emin=-9999).plus(value).normalize()
    if short.is_zero():
        return "0"
    return f"{short:f}" if -10 <= short.adjusted() <= 40 else f"{short:E}".replace("E", "e")
