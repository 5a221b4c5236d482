"""Taking API keys out of text that leaves the program: log lines, error texts, exports."""

import json
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "[redacted]"

_WORD_LIMIT = 8
"""Shorter keys (some local servers take any word) are replaced only where they stand alone."""

_VALUE = rf"""(?!{re.escape(MARK)})[^\s"'&,;)}}\]>]+"""
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE if ignore_case else 0), replacement)
    for pattern, replacement, ignore_case in (
        # A header, an argument or a field named for a key, in any notation: `x-api-key: …`, `(b'x-api-key', b'…')`,
        # `"api_key": "…"`, `api_key='…'`, `GEMINI_API_KEY=…`.
        (
            r"""((?>(?:authorization|x-goog-api-key|api[-_ ]?key|access[-_]?token)(?:["']?\s*[:=]|["']\s*,)\s*"""
            rf"""(?:b(?=["']))?["']?(?:(?:bearer|basic|token)\s+)?)){_VALUE}""",
            rf"\1{MARK}",
            True,
        ),
        (rf"\b(bearer\s+)(?=\S{{6}}){_VALUE}", rf"\1{MARK}", True),
        (rf"([?&;](?:key|token|api[-_]?key|access_token)=){_VALUE}", rf"\1{MARK}", True),
        (r"AIza[0-9A-Za-z_\-]{6,}", MARK, False),
        (r"(?<![0-9A-Za-z])AQ\.[0-9A-Za-z_\-]{16,}", MARK, False),
        (r"(?<![0-9A-Za-z])sk-[0-9A-Za-z_\-*.]{6,}", MARK, False),
    )
)


def _notations(key: str) -> set[str]:
    """A key as it stands in plain text, in an address and in JSON."""
    return {key, quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1]}


def _matcher(keys: Iterable[str]) -> re.Pattern[str] | None:
    forms = sorted({form for key in keys for form in _notations(key)}, key=lambda form: (-len(form), form))
    if not forms:
        return None
    return re.compile(
        "|".join(re.escape(form) if len(form) >= _WORD_LIMIT else rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms)
    )


class Redactor:
    """Replaces keys in text: all that look like one, and those in use whatever they look like.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: frozenset[str] = frozenset()
        self._matcher: re.Pattern[str] | None = None

    def add(self, key: str) -> None:
        """Take out this key from now on.

        Args:
            key: A key in use; surrounding blanks do not count, an empty one is ignored.
        """
        key = key.strip()
        with self._lock:
            if key and key not in self._keys:
                self._keys |= {key}
                self._matcher = _matcher(self._keys)

    def redact(self, text: str) -> str:
        """The text with each key replaced by ``[redacted]``."""
        matcher = self._matcher
        if matcher is not None:
            text = matcher.sub(MARK, text)
        return redact(text)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._keys)} keys>"


def redact(text: str) -> str:
    """Replace all that looks like an API key; use a `Redactor` where the keys in use are known.

    Args:
        text: Any text.

    Returns:
        The text with each key replaced by ``[redacted]``.
    """
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
