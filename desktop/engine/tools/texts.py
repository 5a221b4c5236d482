"""Texts of files and pages: how bytes are read as text, how much of it is returned, how names are shown."""

import codecs
import unicodedata
from dataclasses import dataclass

from desktop.engine.errors import ToolError

LIMIT_CHARACTERS = 60_000
"""How much text one result holds at most."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
_SNIFFED_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Form:
    """How a text was written as bytes, so that it can be written back the same way.

    Attributes:
        codec: Python's name of the encoding.
        mark: The byte order mark it began with; often empty.
        crlf: Whether every line ended with CR LF; the text then has LF.
    """

    codec: str = "utf-8"
    mark: bytes = b""
    crlf: bool = False

    @property
    def label(self) -> str:
        """The encoding's name for a reader."""
        return _NAMES.get(self.codec, self.codec.upper())


def is_binary(data: bytes) -> bool:
    """Whether bytes are no text: a zero byte near the start, and no UTF-16 mark."""
    return b"\0" in data[:_SNIFFED_BYTES] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def decode(data: bytes) -> tuple[str, Form]:
    """Read bytes as text: by their mark, as UTF-8, or else as Windows-1252 or Latin-1, which lose nothing.

    Args:
        data: The whole text; not binary.

    Returns:
        The text, with LF line ends where all were CR LF, and the form to write it back in.
    """
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    body = data[len(mark) :]
    for candidate in (codec, "cp1252"):
        try:
            text = body.decode(candidate)
        except UnicodeDecodeError:
            mark, body = b"", data
            continue
        return _with_lf(text, candidate, mark)
    return _with_lf(data.decode("latin-1"), "latin-1", b"")


def _with_lf(text: str, codec: str, mark: bytes) -> tuple[str, Form]:
    count = text.count("\r\n")
    crlf = count > 0 and count == text.count("\n") == text.count("\r")
    return (text.replace("\r\n", "\n") if crlf else text), Form(codec, mark, crlf)


def encode(text: str, form: Form) -> bytes:
    """Write text back in a form.

    Args:
        text: With LF line ends where the form is CR LF.
        form: As ``decode`` returned it.

    Returns:
        The bytes.

    Raises:
        ToolError: The encoding has no place for one of the characters.
    """
    if form.crlf:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        return form.mark + text.encode(form.codec)
    except UnicodeEncodeError as error:
        raise ToolError(
            f"The file is {form.label}, which cannot hold the character {error.object[error.start]!r}."
        ) from None


def cut(text: str, rest: str, limit: int = LIMIT_CHARACTERS) -> str:
    """Bound a text; a cut is marked.

    Args:
        text: Any text.
        rest: A sentence: how to get the rest.
        limit: How many characters stay.

    Returns:
        The text, whole or cut.
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[Cut here: {limit:,} of {len(text):,} characters are shown. {rest}]"


def shown(name: str) -> str:
    """A file's name on one line: control, invisible and broken characters as escapes."""
    return "".join(
        character if unicodedata.category(character)[0] != "C" else ascii(character)[1:-1] for character in name
    )


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 line", "1,200 lines"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
