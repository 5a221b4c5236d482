"""Files in the store: once by their hash, kept as long as something refers to them, in one transaction with it."""

import contextlib
import hashlib
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.engine.errors import AttachmentRefused
from desktop.engine.messages import Attachment
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store

OPTIONS = RunOptions(orchestrator="g", responder="w", root="/tmp")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await Store.open(tmp_path / "cortex.sqlite3")
    yield made
    await made.close()


def of(data: bytes, name: str = "a.txt") -> Attachment:
    return Attachment(hash=hashlib.sha256(data).hexdigest(), name=name, media_type="text/plain", size=len(data))


async def hashes(store: Store) -> set[str]:
    rows = await store.database.read(lambda db: db.execute("SELECT hash FROM blobs").fetchall())
    return {row["hash"] for row in rows}


async def test_a_draft_keeps_its_files_in_order_over_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    info = await store.conversations.create("/tmp")
    for data in (b"one", b"two", b"three"):
        assert await store.attachments.add_to_draft(info.id, of(data), data)
    await store.close()
    store = await Store.open(tmp_path / "cortex.sqlite3")
    assert await store.attachments.draft(info.id) == (of(b"one"), of(b"two"), of(b"three"))
    assert await store.attachments.data(of(b"two").hash) == b"two"
    assert [listed.id for listed in await store.conversations.all()] == [info.id]  # it holds something
    await store.close()


async def test_what_is_sent_leaves_the_draft_and_stands_in_the_message(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    await store.attachments.add_to_draft(info.id, of(b"one"), b"one")
    await store.attachments.add_to_draft(info.id, of(b"two"), b"two")
    run_id, message = await store.runs.create(info.id, "Read it.", OPTIONS, [of(b"one")])
    assert message.attachments == (of(b"one"),)
    assert await store.attachments.draft(info.id) == (of(b"two"),)
    (stored,) = await store.conversations.messages(info.id)
    assert stored.attachments == (of(b"one"),)
    assert (await store.runs.get(run_id)).attachments == (of(b"one"),)


async def test_a_message_without_words_is_named_after_its_file(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    await store.attachments.add_to_draft(info.id, of(b"one", "plan.txt"), b"one")
    await store.runs.create(info.id, "", OPTIONS, [of(b"one", "plan.txt")])
    assert (await store.conversations.get(info.id)).title == "plan.txt"


async def test_the_same_file_in_two_messages_is_stored_once_and_goes_with_the_last(store: Store) -> None:
    first, second = await store.conversations.create("/tmp"), await store.conversations.create("/tmp")
    for info in (first, second):
        await store.attachments.add_to_draft(info.id, of(b"same"), b"same")
        await store.runs.create(info.id, "Read it.", OPTIONS, [of(b"same")])
    assert await hashes(store) == {of(b"same").hash}

    async def delete(conversation_id: str) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM messages WHERE conversation_id = ?", (conversation_id,))
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

        await store.database.write(work)

    await delete(first.id)
    assert await hashes(store) == {of(b"same").hash}
    await delete(second.id)
    assert await hashes(store) == set()


async def test_a_file_taken_out_of_the_draft_goes_for_good(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    await store.attachments.add_to_draft(info.id, of(b"one"), b"one", b"preview")
    assert await store.attachments.preview(of(b"one").hash) == b"preview"
    assert not await store.attachments.add_to_draft(info.id, of(b"one"), b"one")  # it is there already
    await store.attachments.remove_from_draft(info.id, of(b"one").hash)
    assert await hashes(store) == set()
    assert await store.attachments.data(of(b"one").hash) is None


async def test_a_message_with_a_file_that_is_gone_is_not_sent(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    with pytest.raises(AttachmentRefused, match="not there any more"):
        await store.runs.create(info.id, "Read it.", OPTIONS, [of(b"gone")])
    assert await store.conversations.messages(info.id) == []
    assert await store.runs.of_conversation(info.id) == []


async def test_a_damaged_entry_leaves_the_rest_usable(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    await store.attachments.add_to_draft(info.id, of(b"one"), b"one")
    await store.attachments.add_to_draft(info.id, of(b"two"), b"two")
    await store.database.write(
        lambda db: db.execute("UPDATE draft_attachments SET attachment = '{' WHERE position = 1")
    )
    assert await store.attachments.draft(info.id) == (of(b"two"),)


def open_database_files() -> list[str]:
    """Databases and SQLite's temporary files, also deleted ones, that this process has open."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{number}"))
    return [path for path in found if ".sqlite3" in path or "etilqs" in path]


@pytest.mark.skipif(sys.platform == "win32", reason="looks at open files through /proc")
async def test_off_the_record_nothing_of_a_file_reaches_the_disk(tmp_path: Path) -> None:
    store = await Store.open(None)
    info = await store.conversations.create("/tmp")
    data = os.urandom(8_000_000)
    await store.attachments.add_to_draft(info.id, of(data), data)
    await store.runs.create(info.id, "Read it.", OPTIONS, [of(data)])
    assert open_database_files() == []
    assert os.listdir(tmp_path) == []
    await store.close()


async def test_fifty_megabytes_are_kept_and_read_whole_and_keep_no_other_read_waiting_long(store: Store) -> None:
    info = await store.conversations.create("/tmp")
    data = os.urandom(50_000_000)
    one = of(data)
    began = time.monotonic()
    await store.attachments.add_to_draft(info.id, one, data)
    assert await store.attachments.data(one.hash) == data
    assert time.monotonic() - began < 20  # generous: it is the wholeness that counts
    assert store.database.path is not None
    with closing(sqlite3.connect(store.database.path)) as other:  # another process sees it
        assert other.execute("SELECT size FROM blobs").fetchone() == (50_000_000,)
