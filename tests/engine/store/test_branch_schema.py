"""Databases from before there were branches: what was shown is shown, and nothing that was hidden is lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

from desktop.engine.store.migrations import MIGRATIONS, m005_branches, migrate
from desktop.engine.store.store import Store

_MESSAGE = (
    "INSERT INTO messages (id, conversation_id, position, role, text, run_id, created_at, superseded)"
    " VALUES (?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00+00:00', ?)"
)


def old_database(path: Path) -> None:
    """Two conversations; in the first, an answer was written again before the person went on."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, None, MIGRATIONS[: MIGRATIONS.index(m005_branches)])
        for conversation in ("c1", "c2"):
            db.execute(
                "INSERT INTO conversations (id, title, role, workspace, created_at, updated_at)"
                " VALUES (?, 't', 'chat', '/tmp', '', '2026-01-01T00:00:00+00:00')",
                (conversation,),
            )
        options = '{"orchestrator": "g", "responder": "w", "root": "/"}'
        for run, conversation in (("r1", "c1"), ("r2", "c1"), ("r3", "c2")):
            db.execute(
                "INSERT INTO runs (id, conversation_id, state, options, started_at) VALUES (?, ?, 'done', ?, ?)",
                (run, conversation, options, "2026-01-01T00:00:00+00:00"),
            )
        for row in (
            ("m1", "c1", 1, "user", "One", "r1", 0),
            ("m2", "c1", 2, "assistant", "Old", "r1", 1),
            ("m3", "c1", 3, "assistant", "New", "r1", 0),
            ("m4", "c1", 4, "user", "Two", "r2", 0),
            ("m5", "c1", 5, "assistant", "A two", "r2", 0),
            ("m6", "c2", 1, "user", "Other", "r3", 0),
        ):
            db.execute(_MESSAGE, row)


async def test_old_messages_become_a_chain_and_superseded_ones_versions(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old_database(path)
    store = await Store.open(path)
    try:
        texts = [message.text for message in await store.conversations.messages("c1")]
        assert texts == ["One", "New", "Two", "A two"]
        versions = await store.branching.versions("c1")
        assert {key: (each.words, each.previous, each.next) for key, each in versions.items()} == {
            "m3": ("2 of 2", "m2", None)
        }
        assert [message.id for message in await store.conversations.messages("c1", before_run="r2")] == ["m1", "m3"]
        assert await store.conversations.own_words("c1", "r2") == ["One", "Two"]
        assert (await store.runs.get("r2")).request == "Two"
        await store.branching.choose("m2")
        assert [message.text for message in await store.conversations.messages("c1")] == ["One", "Old"]
        await store.branching.choose("m3")
        assert [message.text for message in await store.conversations.messages("c1")] == texts
        assert [message.text for message in await store.conversations.messages("c2")] == ["Other"]
        assert await store.branching.versions("c2") == {}
    finally:
        await store.close()
