"""Names, pins, the archive, deletion and its undoing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.engine.errors import RunBusy, UnknownName
from desktop.engine.messages import utc_now
from desktop.engine.store.store import Store
from tests.engine.store.test_search import OPTIONS, say


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


async def test_a_name_given_by_hand_stays(store: Store) -> None:
    conversation = (await store.conversations.create("/tmp")).id
    await store.keeping.rename(conversation, "  My \n own  name ")
    await say(store, "A first question", conversation=conversation)
    assert not await store.keeping.take_made_title(conversation, "Made")
    assert (await store.conversations.get(conversation)).title == "My own name"
    await store.keeping.rename(conversation, " ")
    assert (await store.conversations.get(conversation)).title == "My own name"


async def test_a_made_title_is_taken_once(store: Store) -> None:
    conversation = await say(store, "A first question")
    assert await store.keeping.take_made_title(conversation, "Made")
    assert not await store.keeping.take_made_title(conversation, "Again")
    assert (await store.conversations.get(conversation)).title == "Made"


async def test_pinned_is_not_archived_and_archived_is_not_pinned(store: Store) -> None:
    conversation = await say(store, "Question")

    async def state() -> tuple[bool, bool]:
        info = await store.conversations.get(conversation)
        return info.pinned, info.archived

    await store.keeping.pin(conversation, pinned=True)
    assert await state() == (True, False)
    await store.keeping.archive(conversation, archived=True)
    assert await state() == (False, True)
    await store.keeping.pin(conversation, pinned=True)
    assert await state() == (True, False)
    await store.keeping.pin(conversation, pinned=False)
    assert await state() == (False, False)
    await store.keeping.archive(conversation, archived=True)
    await store.keeping.archive(conversation, archived=False)
    assert await state() == (False, False)


async def test_a_deleted_conversation_is_gone_and_comes_back_whole(store: Store) -> None:
    conversation = await say(store, "Question", "Answer")
    before = await store.conversations.messages(conversation)
    await store.keeping.delete(conversation)
    assert await store.conversations.all() == []
    with pytest.raises(UnknownName):
        await store.conversations.get(conversation)
    with pytest.raises(UnknownName):
        await store.keeping.delete(conversation)
    await store.keeping.restore(conversation)
    assert await store.conversations.messages(conversation) == before


async def test_a_conversation_at_work_is_not_deleted(store: Store) -> None:
    conversation = (await store.conversations.create("/tmp")).id
    await store.runs.create(conversation, "Question", OPTIONS)
    with pytest.raises(RunBusy):
        await store.keeping.delete(conversation)


async def test_several_are_deleted_together_and_come_back_whole(store: Store) -> None:
    kept, *gone = [await say(store, f"Question {number}", "Answer") for number in range(4)]
    before = [await store.conversations.messages(each) for each in gone]
    await store.keeping.delete(*gone)
    assert [info.id for info in await store.conversations.all()] == [kept]
    await store.keeping.restore(*gone)
    assert {info.id for info in await store.conversations.all()} == {kept, *gone}
    assert [await store.conversations.messages(each) for each in gone] == before


async def test_where_one_of_several_cannot_be_deleted_none_is(store: Store) -> None:
    idle = await say(store, "Question", "Answer")
    busy = (await store.conversations.create("/tmp")).id
    await store.runs.create(busy, "Question", OPTIONS)
    with pytest.raises(RunBusy):
        await store.keeping.delete(idle, busy)
    with pytest.raises(UnknownName):
        await store.keeping.delete(idle, "c-none")
    assert {info.id for info in await store.conversations.all()} == {idle, busy}


async def test_where_one_of_several_is_purged_none_comes_back(store: Store) -> None:
    first, second = [await say(store, "Question") for _number in range(2)]
    await store.keeping.delete(first, second)
    await store.keeping.purge(conversation_ids=[first])
    with pytest.raises(UnknownName):
        await store.keeping.restore(second, first)
    assert await store.conversations.all() == []


async def test_several_are_pinned_and_archived_together_or_not_at_all(store: Store) -> None:
    both = [await say(store, "Question") for _number in range(2)]
    await store.keeping.pin(*both, pinned=True)
    assert [info.pinned for info in await store.conversations.all()] == [True, True]
    with pytest.raises(UnknownName):
        await store.keeping.archive(*both, "c-none", archived=True)
    assert [info.archived for info in await store.conversations.all()] == [False, False]


async def test_purging_nothing_by_name_takes_nothing(store: Store) -> None:
    gone = await say(store, "Question")
    await store.keeping.delete(gone)
    assert await store.keeping.purge(conversation_ids=[]) == 0
    await store.keeping.restore(gone)


async def test_runs_of_deleted_conversations_wait_for_nobody(store: Store) -> None:
    conversation = (await store.conversations.create("/tmp")).id
    run_id, _ = await store.runs.create(conversation, "Question", OPTIONS)
    await store.runs.pause(run_id)
    await store.keeping.delete(conversation)
    assert await store.runs.unfinished() == []
    await store.keeping.restore(conversation)
    assert [row[0] for row in await store.runs.unfinished()] == [run_id]


async def test_purging_takes_what_was_deleted_before_and_nothing_else(store: Store) -> None:
    kept, gone = await say(store, "kept"), await say(store, "very secret words")
    await store.keeping.delete(gone)
    assert await store.keeping.purge(before=utc_now() - timedelta(minutes=1)) == 0
    assert await store.keeping.purge(conversation_ids=[kept]) == 0
    assert await store.keeping.purge(conversation_ids=[gone]) == 1
    assert [info.id for info in await store.conversations.all()] == [kept]
    with pytest.raises(UnknownName):
        await store.keeping.restore(gone)


async def test_what_was_deleted_lately_is_told_by_its_time_but_not_what_nobody_can_undo(store: Store) -> None:
    first, second, third, moved = [await say(store, f"Question {number}") for number in range(4)]
    since = utc_now() - timedelta(seconds=30)
    one, two = await store.keeping.delete(second), await store.keeping.delete(first, third)
    await store.keeping.delete(moved, undoable=False)
    deleted = await store.conversations.deleted(since)
    assert {at: {info.id for info in infos} for at, infos in deleted.items()} == {one: {second}, two: {first, third}}
    assert await store.conversations.deleted(two) == {}
    assert await store.keeping.purge(before=since) == 1


async def test_purged_text_is_overwritten_in_the_file(store: Store, tmp_path: Path) -> None:
    gone = await say(store, "supercalifragilistic", "expialidocious" * 500)
    await store.keeping.delete(gone)
    await store.keeping.purge()
    await store.database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    data = (tmp_path / "cortex.sqlite3").read_bytes()
    assert b"supercalifragilistic" not in data
    assert b"expialidocious" not in data
