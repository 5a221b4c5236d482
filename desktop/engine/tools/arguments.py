"""What the arguments of the built-in tools have in common: tolerance for how models write them."""

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from desktop.engine.tools.base import Arguments


class BuiltinArguments(Arguments):
    """Arguments in which null for an argument that may be left out means that it is left out.

    Models with strict schemas send null for each argument they do not use.
    """

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in given.items() if value is not None or name not in optional}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeNumber = Annotated[int, BeforeValidator(_whole)]
"""An integer that may arrive as 60.0: some providers know only one kind of number."""
