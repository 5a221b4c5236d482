"""The files of a message in an HTML page: pictures and short texts stand in it, all others are named."""

import base64
from collections.abc import Callable, Iterable
from html import escape
from typing import Final

from desktop.engine.attachments import details_in_words
from desktop.engine.exchange.file_pieces import without_keys
from desktop.engine.exchange.values import StoredFiles
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment

MOST_BYTES: Final = 10_000_000
"""Of pictures and texts in one page, before base64: browsers open that at once."""
_LONGEST_TEXT: Final = 20_000
_DRAWN: Final = {each: each for each in ("image/png", "image/jpeg", "image/gif", "image/webp")}
"""What every browser draws; SVG, which can hold a script, is text here."""


class FilesInPage:
    """Writes the files of messages as long as there is room in the page.

    Args:
        files: Where they lie.
        redact: Takes keys out of texts.
    """

    def __init__(self, files: StoredFiles, redact: Callable[[str], str]) -> None:
        self._files = files
        self._redact = redact
        self._room = MOST_BYTES

    def html_of(self, attachments: Iterable[Attachment]) -> str:
        """Files as HTML; empty where there are none."""
        inside = "".join(map(self._file, attachments))
        return f'<div class="files">\n{inside}</div>\n' if inside else ""

    def _file(self, one: Attachment) -> str:
        named = f"{escape(one.name)} <small>{escape(details_in_words(one))}</small>"
        if one.is_picture and (shown := self._picture(one)):
            is_small, source = shown
            words = f"{named} <small>(shown smaller)</small>" if is_small else named
            image = f'<img src="{source}" alt="{escape(one.name)}">'
            return f"<figure>{image}<figcaption>{words}</figcaption></figure>\n"
        if one.is_text and (text := self._text(one)) is not None:
            return f"<details><summary>{named}</summary><pre>{escape(text)}</pre></details>\n"
        return f"<p>{named}</p>\n"

    def _picture(self, one: Attachment) -> tuple[bool, str] | None:
        """Whether it is the small one, and its address; None where neither has room."""
        if one.media_type in _DRAWN and one.size <= self._room and (data := self._files.data(one.hash)):
            return False, self._address(_DRAWN[one.media_type], data)
        preview = self._files.preview(one.hash)
        if preview and len(preview) <= self._room:
            return True, self._address("image/png", preview)
        return None

    def _address(self, media_type: str, data: bytes) -> str:
        self._room -= len(data)
        return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"

    def _text(self, one: Attachment) -> str | None:
        if one.size > min(self._room, _LONGEST_TEXT) or (data := self._files.data(one.hash)) is None:
            return None
        self._room -= len(data)
        return decode_text(without_keys(data, self._redact))
