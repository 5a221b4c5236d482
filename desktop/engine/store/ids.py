"""Ids of what is stored: short, unique, sortable by time."""

import secrets
import time

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
OFF_RECORD_PREFIX = "off-"
"""What the ids of everything off the record begin with, so that an id alone says where it lives."""


class IdMaker:
    """Makes ids.

    Args:
        prefix: What every id begins with.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix

    def new(self, kind: str) -> str:
        """A new id: kind, 9 digits of time in milliseconds, 8 random digits."""
        value = (time.time_ns() // 1_000_000) << 40 | secrets.randbits(40)
        text = ""
        for _ in range(17):
            value, digit = divmod(value, 32)
            text = _DIGITS[digit] + text
        return f"{self._prefix}{kind}_{text}"
