"""Opening a file that the person wants to import: JSON, or a zip with JSON in it."""

import codecs
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from desktop.engine.errors import BadFile
from desktop.engine.exchange import chatgpt, claude, own
from desktop.engine.exchange.fields import Fields
from desktop.engine.exchange.file_pieces import FileReader
from desktop.engine.exchange.json_items import json_items
from desktop.engine.exchange.values import FORMAT, Incoming, IncomingFile

_CHUNK = 1 << 20
LARGEST = 2 << 30
"""Bytes of JSON that are unpacked at most; what unpacks to more is refused."""
LARGEST_PLAIN = 64 << 30
"""The same for a file that is no archive, and as large as it says: it may hold many pictures."""
_DATABASE = b"SQLite format 3\0"
"""What a backup begins with."""
_NAMES = re.compile(r"(^|/)(conversations(-\d+)?|cortex[^/]*)\.json$", re.IGNORECASE)

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)
"""What a zip raises that is damaged, oddly compressed, or locked with a password."""


def read_conversations(path: Path) -> Iterator[Incoming | IncomingFile]:
    """The conversations of an export, and their files. Reads as it is asked, so call it off the GUI's thread.

    Args:
        path: This program's JSON, ChatGPT's or Claude's ``conversations.json``, or a zip that holds one of them.

    Yields:
        One conversation at a time; one without messages too. Files come behind the conversations that name them.

    Raises:
        BadFile: It is none of these; the error says what is wrong.
        OSError: It cannot be read.
    """
    count = 0
    for pieces in _texts(path):
        for one in _conversations(pieces):
            count += isinstance(one, Incoming)
            yield one
    if not count:
        raise BadFile(f"{path.name!r} holds no conversation.", action="Choose an export of a chat program.")


def _conversations(pieces: Iterator[str]) -> Iterator[Incoming | IncomingFile]:
    head: dict[str, object] = {}
    number = 0
    files = FileReader()
    for key, value in json_items(pieces, "conversations", "files"):
        if key == "files" and head.get("format") == FORMAT:
            own.check_version(head.get("version"))
            yield from files.take(Fields(value, "a file"))
            continue
        if key not in ("", "conversations"):
            head[key] = value
            continue
        number += 1
        fields = Fields(value, f"conversation {number}")
        if key == "conversations" and head.get("format") == FORMAT:
            own.check_version(head.get("version"))
            yield own.conversation(fields)
        elif "mapping" in fields:
            yield chatgpt.conversation(fields)
        elif "chat_messages" in fields:
            yield claude.conversation(fields)
        else:
            raise BadFile(
                f"Conversation {number} is in no form that is known here.",
                action="Exports of this program, of ChatGPT and of Claude can be read.",
            )
    yield from files.end()
    if not number and head and head.get("format") != FORMAT:
        raise BadFile(
            "The file holds JSON, but no list of conversations.",
            action="Exports of this program, of ChatGPT and of Claude can be read.",
        )


def _texts(path: Path) -> Iterator[Iterator[str]]:
    """The texts of a file, each to be read before the next."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            if file.read(len(_DATABASE)) == _DATABASE:
                raise BadFile(
                    f"{path.name!r} is a backup of everything, not an export of conversations.",
                    action="Choose “Restore a backup…” in the menu, or `cortex-desktop restore FILE`.",
                )
            file.seek(0)
            yield _text(file, path.stat().st_size, path.name)
        return
    with _unpacking(path), zipfile.ZipFile(path) as archive:
        found = sorted((each for each in archive.infolist() if _NAMES.search(each.filename)), key=_name)
        if not found:
            raise BadFile(
                f"{path.name!r} holds no conversations.json.", action="Choose the file as the chat program made it."
            )
        if sum(each.file_size for each in found) > LARGEST:
            raise _too_big(path.name, LARGEST)
        for each in found:
            with archive.open(each) as file:
                yield _text(file, each.file_size, each.filename, path)


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise BadFile(f"{path.name!r} cannot be unpacked ({error}).", action="Download it again.") from error


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename


def _text(file: IO[bytes], size: int, name: str, archive: Path | None = None) -> Iterator[str]:
    """A file, read and decoded in pieces, each of which is short."""
    largest = LARGEST if archive is not None else LARGEST_PLAIN
    if size > largest:
        raise _too_big(name, largest)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    read = 0
    try:
        while True:
            with _unpacking(archive) if archive is not None else nullcontext():
                chunk = file.read(_CHUNK)
            read += len(chunk)
            if read > largest:  # a zip can lie about its sizes
                raise _too_big(name, largest)
            yield decoder.decode(chunk, final=not chunk)
            if not chunk:
                return
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{name!r} is no text in UTF-8 (byte {error.object[error.start]:#04x} where none can be).",
            action="Choose a JSON or zip file as a chat program exports it.",
        ) from error


def _too_big(name: str, largest: int) -> BadFile:
    return BadFile(f"{name!r} is larger than {largest >> 30} GB of JSON.", action="Export fewer conversations.")
