"""Text of a server as the program can keep it."""

from typing import Any, TypeVar

_T = TypeVar("_T")


def clean(value: _T) -> _T:
    """A JSON value without lone surrogates, which JSON can spell and neither a store nor a socket can write.

    Args:
        value: Text, or what ``json.loads`` returns.

    Returns:
        The same, with a question mark for each lone surrogate.
    """
    return _clean(value)  # type: ignore[no-any-return]


def _clean(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case _:
            return value
