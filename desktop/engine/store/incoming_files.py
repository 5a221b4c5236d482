"""The files of messages that come in: which messages wait for which, and how one is stored with those that do.

A file goes in together with what refers to it, so that nothing of an import that is broken off stays behind for good.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.engine.errors import StoreError
from desktop.engine.exchange.values import IncomingMessage, ReadyFile
from desktop.engine.media import clean_name, describe
from desktop.engine.messages import Attachment

_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file that is to come belongs.

    Attributes:
        message_id: The message, stored already.
        position: Among its files, from 1.
        attachment: What the export says of it.
    """

    message_id: str
    position: int
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class _AsItIs:
    attachment: Attachment
    data: bytes
    preview: bytes | None = None


def ready_as_it_is(data: bytes, name: str) -> ReadyFile:
    """A file with no preview; a picture's size stays unknown.

    Raises:
        AttachmentRefused: It is empty, too large, or something that no model reads.
    """
    return _AsItIs(describe(data, name), data)


class AwaitedFiles:
    """What the messages taken in so far refer to, and has not come."""

    def __init__(self) -> None:
        self._places: dict[str, list[FilePlace]] = {}

    def add(self, messages: Sequence[IncomingMessage], ids: Sequence[str]) -> None:
        """Await the files of messages.

        Args:
            messages: As they came.
            ids: Their ids here.
        """
        for message, message_id in zip(messages, ids, strict=True):
            for position, each in enumerate(message.attachments, start=1):
                self._places.setdefault(each.hash, []).append(FilePlace(message_id, position, each))

    def of(self, key: str) -> Sequence[FilePlace]:
        """Where a file belongs, oldest first; empty where nothing awaits it."""
        return self._places.get(key, ())

    def arrived(self, key: str) -> None:
        """Await a file no more."""
        del self._places[key]

    def names(self) -> tuple[str, ...]:
        """The names of those that have not come."""
        return tuple(clean_name(each.attachment.name) for places in self._places.values() for each in places)


def store_file(db: sqlite3.Connection, file: ReadyFile, places: Sequence[FilePlace]) -> None:
    """Store a file with all that refers to it, inside a transaction.

    Raises:
        StoreError: A message is not there any more.
    """
    found = file.attachment
    db.execute(
        "INSERT INTO blobs (hash, size, preview, data) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        (found.hash, len(file.data), file.preview, file.data),
    )
    for place in places:
        # What it is was found from its bytes; its name and what was once done to it are the file's own to tell.
        note = " ".join(place.attachment.note.split())[:_LONGEST_NOTE]
        named = found.model_copy(update={"name": clean_name(place.attachment.name), "note": found.note or note})
        added = db.execute(
            "INSERT INTO message_attachments (message_id, position, hash, attachment)"
            " SELECT id, ?, ?, ? FROM messages WHERE id = ?",
            (place.position, found.hash, named.model_dump_json(), place.message_id),
        )
        if added.rowcount != 1:
            raise StoreError("The import was disturbed by another process.", action="Import the file again.")
