"""Reading fields of foreign JSON: what is not as it should be is said with its place."""

from collections.abc import Iterator
from datetime import UTC, datetime

from desktop.engine.errors import BadFile

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fields:
    """A JSON object of somebody else's making.

    Args:
        value: What should be the object.
        place: What it is, for errors: ``conversation 3``.

    Raises:
        BadFile: It is no object.
    """

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise BadFile(f"{place} is no JSON object.", action="Export it again.")
        self._value = value
        self.place = place

    def __contains__(self, name: str) -> bool:
        return name in self._value

    def text(self, *names: str) -> str:
        """The first of these fields that holds text; empty where none does."""
        return next((found for name in names if isinstance(found := self._value.get(name), str) and found), "")

    def needed_text(self, *names: str) -> str:
        """As ``text``.

        Raises:
            BadFile: None of them holds text.
        """
        if found := self.text(*names):
            return found
        raise BadFile(f"{names[0]!r} is missing in {self.place}.", action="Export it again.")

    def flag(self, name: str) -> bool:
        """Whether a field is true."""
        return self._value.get(name) is True

    def raw(self, name: str) -> object:
        """A field as it is; None where it is missing."""
        return self._value.get(name)

    def time(self, name: str, otherwise: datetime) -> datetime:
        """A time: seconds since 1970, or ISO 8601; where it is missing or no time, the other one. Aware UTC."""
        value = self._value.get(name)
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return datetime.fromtimestamp(value, UTC)
            if isinstance(value, str):
                found = datetime.fromisoformat(value)
                return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            pass
        return otherwise

    def objects(self, name: str, what: str) -> Iterator["Fields"]:
        """The objects of a list; none where it is missing.

        Args:
            name: The field.
            what: What one of them is, for errors.

        Raises:
            BadFile: It is no list of objects.
        """
        value = self._value.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise BadFile(f"{name!r} in {self.place} is no list.", action="Export it again.")
        for number, each in enumerate(value, start=1):
            yield Fields(each, f"{what} {number} of {self.place}")

    def object(self, name: str) -> "Fields":
        """An object; an empty one where it is missing or null.

        Raises:
            BadFile: It is something else.
        """
        return Fields(self._value.get(name) or {}, f"{name!r} of {self.place}")

    def names(self) -> list[str]:
        """The names of all fields."""
        return list(self._value)
