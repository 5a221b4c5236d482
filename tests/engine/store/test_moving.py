"""A conversation of which nothing was sent goes off the record, and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Attachment, Brain
from desktop.engine.store.moving import AlreadyBegun, move_unsent
from desktop.engine.store.store import Store
from tests.engine.store.test_search import say

WORDS = "vermilion-tapir-draft"
FILE = Attachment(hash="f" * 64, name="tapir.txt", media_type="text/plain", size=22)
DATA = b"vermilion-tapir-inside"


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


@pytest.fixture
async def memory() -> AsyncIterator[Store]:
    store = await Store.open(None)
    yield store
    await store.close()


def files_with(text: bytes, folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if text in path.read_bytes()]


async def draft_with_file(store: Store) -> str:
    conversation = (await store.conversations.create("/tmp", "coder")).id
    await store.conversations.set_models(conversation, {Brain.RESPONDER: "qwen"})
    for length in range(0, len(WORDS) + 1, 5):  # as it was typed
        await store.conversations.set_draft(conversation, WORDS[:length])
    await store.conversations.set_draft(conversation, WORDS)
    await store.attachments.add_to_draft(conversation, FILE, DATA, b"a preview")
    return conversation


async def test_it_is_whole_in_memory_and_nowhere_on_disk(kept: Store, memory: Store, tmp_path: Path) -> None:
    conversation = await draft_with_file(kept)
    assert files_with(b"vermilion", tmp_path)
    moved = await move_unsent(kept, memory, conversation)
    assert (moved.off_record, moved.workspace, moved.role, moved.models) == (
        True,
        "/tmp",
        "coder",
        {Brain.RESPONDER: "qwen"},
    )
    assert [info.models for info in await memory.conversations.all()] == [moved.models]
    assert await memory.conversations.draft(moved.id) == WORDS
    assert await memory.attachments.draft(moved.id) == (FILE,)
    assert await memory.attachments.data(FILE.hash) == DATA
    assert await memory.attachments.preview(FILE.hash) == b"a preview"
    with pytest.raises(UnknownName):
        await kept.conversations.get(conversation)
    assert files_with(b"vermilion", tmp_path) == []


async def test_it_comes_back_onto_the_record(kept: Store, memory: Store) -> None:
    conversation = await draft_with_file(memory)
    moved = await move_unsent(memory, kept, conversation)
    assert not moved.off_record
    assert await kept.conversations.draft(moved.id) == WORDS
    assert await kept.attachments.draft(moved.id) == (FILE,)
    assert await memory.conversations.all() == []


async def test_what_was_sent_stays(kept: Store, memory: Store) -> None:
    conversation = await say(kept, "A first question")
    with pytest.raises(AlreadyBegun):
        await move_unsent(kept, memory, conversation)
    assert [info.id for info in await kept.conversations.all()] == [conversation]
    assert await memory.conversations.all() == []
