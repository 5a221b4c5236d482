"""The files of queued messages: they come from the draft, and go on to the message that is sent."""

import sqlite3
from collections.abc import Sequence

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import quoted
from desktop.engine.messages import Attachment
from desktop.engine.store.attachments import read_attachment


def attach_to_queued(
    db: sqlite3.Connection, conversation_id: str, queued_id: str, attachments: Sequence[Attachment]
) -> None:
    """Let a queued message refer to its files, inside a transaction; they leave the draft.

    Raises:
        AttachmentRefused: One is not there any more.
    """
    put_queued_files(db, queued_id, attachments)
    for one in attachments:
        db.execute("DELETE FROM draft_attachments WHERE conversation_id = ? AND hash = ?", (conversation_id, one.hash))


def put_queued_files(db: sqlite3.Connection, queued_id: str, attachments: Sequence[Attachment]) -> None:
    """Let a queued message refer to these files and no others, inside a transaction in which others refer to them.

    Raises:
        AttachmentRefused: One is not there any more.
    """
    db.execute("DELETE FROM queue_attachments WHERE queue_id = ?", (queued_id,))
    for position, one in enumerate(attachments, start=1):
        added = db.execute(
            "INSERT INTO queue_attachments (queue_id, position, hash, attachment)"
            " SELECT ?, ?, hash, ? FROM blobs WHERE hash = ?",
            (queued_id, position, one.model_dump_json(), one.hash),
        )
        if added.rowcount != 1:
            raise AttachmentRefused(f"{quoted(one.name)} is not there any more.", action="Attach it again.")


def attached_to_queued(db: sqlite3.Connection, queued_id: str) -> tuple[Attachment, ...]:
    """The files of a queued message, in order."""
    rows = db.execute("SELECT attachment FROM queue_attachments WHERE queue_id = ? ORDER BY position", (queued_id,))
    return tuple(one for row in rows if (one := read_attachment(row["attachment"])) is not None)
