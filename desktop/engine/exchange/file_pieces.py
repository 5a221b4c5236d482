"""Files inside the program's own JSON: in pieces of a megabyte, so that no step holds much, each file once."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator

from desktop.engine.exchange.fields import Fields
from desktop.engine.exchange.values import IncomingFile
from desktop.engine.media import MOST_BYTES, decode_text
from desktop.engine.messages import JsonObject

_PIECE = 768 * 1024
"""Bytes in a piece: a megabyte of base64."""
_REDACTED_TOGETHER = 128 * 1024
"""Characters that are looked through for keys at once: no other thread works meanwhile."""


def pieces_of(key: str, data: bytes) -> Iterator[JsonObject]:
    """A file as JSON.

    Args:
        key: What messages call it.
        data: Its bytes; at least one.

    Yields:
        Its pieces in order: ``file`` (the key), ``sha256`` and ``size`` of the whole, ``at`` (bytes before this piece)
        and ``data`` in base64.
    """
    head: JsonObject = {"file": key, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    for at in range(0, len(data), _PIECE):
        yield head | {"at": at, "data": base64.b64encode(data[at : at + _PIECE]).decode("ascii")}


def without_keys(data: bytes, redact: Callable[[str], str]) -> bytes:
    """A text file without keys; the bytes as they are where none is in it.

    Args:
        data: All of it.
        redact: Takes keys out of text.
    """
    text = decode_text(data)
    if text is None:
        return data
    clean = "".join(map(redact, _cut_at_lines(text)))
    return data if clean == text else clean.encode()


def _cut_at_lines(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        end = text.find("\n", at + _REDACTED_TOGETHER) + 1 or len(text)
        yield text[at:end]
        at = end


class FileReader:
    """Puts the pieces of files together, one file at a time."""

    def __init__(self) -> None:
        self._key: str | None = None
        self._begin("")

    def take(self, piece: Fields) -> Iterator[IncomingFile]:
        """Take the next piece.

        Yields:
            The file that ended before it without being whole, and the one that ends with it.

        Raises:
            BadFile: It names no file.
        """
        key = piece.needed_text("file")
        if self._key != key:
            yield from self.end()
            self._key = key
            self._begin(piece.text("sha256"))
        size = piece.raw("size")
        try:
            data = base64.b64decode(piece.text("data"), validate=True)
        except (binascii.Error, ValueError):
            data = b""
        fits = isinstance(size, int) and data and piece.raw("at") == self._count <= size - len(data)
        if not fits or not isinstance(size, int) or size > MOST_BYTES:
            self._is_damaged = True
            self._parts.clear()
        if self._is_damaged:
            return
        self._parts.append(data)
        self._digest.update(data)
        self._count += len(data)
        if self._count == size:
            yield from self.end()

    def end(self) -> Iterator[IncomingFile]:
        """Close the file that is being read.

        Yields:
            It, if there is one.
        """
        if self._key is None:
            return
        is_whole = not self._is_damaged and self._digest.hexdigest() == self._sha256
        found = IncomingFile(self._key, b"".join(self._parts) if is_whole else None)
        self._key = None
        self._begin("")
        yield found

    def _begin(self, sha256: str) -> None:
        self._sha256 = sha256
        self._parts: list[bytes] = []
        self._digest = hashlib.sha256()
        self._count = 0
        self._is_damaged = False
