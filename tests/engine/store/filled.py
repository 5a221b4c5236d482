"""A database with a good many conversations in it."""

import sqlite3
from pathlib import Path

from desktop.engine.messages import Message
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.store import Store

CONVERSATIONS = 20
MESSAGES = 1200


async def fill(path: Path) -> None:
    """Make the file, with messages of several pages and of a few words, and notes."""
    store = await Store.open(path)
    infos = [await store.conversations.create("/nowhere", "chat") for _number in range(CONVERSATIONS)]

    def work(db: sqlite3.Connection) -> None:
        for number in range(MESSAGES):
            text = f"message {number} " + "words " * (number % 97 * 12)
            message = Message(id=f"m{number}", role="user" if number % 2 == 0 else "assistant", text=text)
            insert_message(db, infos[number % CONVERSATIONS].id, message)

    await store.database.write(work)
    for number in range(50):
        await store.notes.save_note(f"note {number}", "text")
    await store.close()
