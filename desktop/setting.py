"""One setting: its name in the file, its type, its default and its words."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from desktop.settings import Settings

_T = TypeVar("_T")


class Setting(Generic[_T]):
    """The declaration of a setting: a descriptor, so that its value is an attribute of the right type.

    Args:
        key: Its name in the file: "table.name".
        default: The value where the file has none; its type is the setting's type (bool, int, float, str or a StrEnum).
        label: A few words for the dialog.
        help: A sentence for the dialog.
        unit: What a number counts.
        choices: The allowed values and their words; None where any value of the type will do.
        minimum: Least number.
        maximum: Greatest number.
        when_wrong: The value in force while the file's cannot be used; None for the default.
    """

    def __init__(
        self,
        key: str,
        default: _T,
        *,
        label: str,
        help: str,
        unit: str = "",
        choices: Mapping[_T, str] | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
        when_wrong: _T | None = None,
    ) -> None:
        self.key = key
        self.default = default
        self.label = label
        self.help = help
        self.unit = unit
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.when_wrong: _T = default if when_wrong is None else when_wrong

    @staticmethod
    def written(value: object) -> str:
        """A value as it stands in the file."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return f'"{value}"' if isinstance(value, str) else str(value)

    def check(self, value: object) -> _T:
        """A value as it came from the file or the dialog, in the setting's type.

        Raises:
            ValueError: The value does not fit; says what would, without the value.
        """
        kind = type(self.default)
        if issubclass(kind, Enum) and isinstance(value, str):
            value = next((member for member in kind if member.value == value), value)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:  # exactly: True is no number
            raise ValueError(self._wanted())
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(self._wanted())
        checked: Any = value
        if self.choices is not None and checked not in self.choices:
            raise ValueError(self._wanted())
        if self.minimum is not None and checked < self.minimum:
            raise ValueError(self._wanted())
        if self.maximum is not None and checked > self.maximum:
            raise ValueError(self._wanted())
        accepted: _T = checked
        return accepted

    def _wanted(self) -> str:
        if self.choices is not None:
            return f"Write one of {', '.join(self.written(choice) for choice in self.choices)}."
        if isinstance(self.default, bool):
            return "Write true or false."
        if isinstance(self.default, float):
            return f"Write a number from {self.minimum} to {self.maximum}."
        if isinstance(self.default, int):
            limits = "" if self.minimum is None else f" from {self.minimum} to {self.maximum}"
            return f"Write a whole number{limits}."
        return "Write a text in quotation marks."

    @overload
    def __get__(self, settings: None, owner: "type[Settings]") -> Self: ...

    @overload
    def __get__(self, settings: "Settings", owner: "type[Settings]") -> _T: ...

    def __get__(self, settings: "Settings | None", owner: "type[Settings]") -> "Self | _T":
        return self if settings is None else settings.get(self)

    def __set__(self, settings: "Settings", value: _T) -> None:
        settings.set(self, value)

    def __repr__(self) -> str:
        return f"<Setting {self.key}>"
