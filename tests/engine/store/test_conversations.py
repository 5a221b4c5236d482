"""Conversations with their messages, notes, usage and ids."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Brain, Message, MessageDetails, ModelInfo, Usage
from desktop.engine.store.conversations import title_of
from desktop.engine.store.ids import IdMaker
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.store.usage import Spent

OPTIONS = RunOptions(orchestrator="gatherer", responder="writer", root="/tmp")
INFO = ModelInfo(provider="demo", name="writer", label="Writer", host="this program")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


async def exchange(store: Store, conversation: str, question: str, answer: str) -> str:
    run_id, _ = await store.runs.create(conversation, question, OPTIONS)
    details = MessageDetails(model="writer", label="Writer", usage=Usage(input_tokens=3))
    message = Message(id=store.ids.new("m"), role="assistant", text=answer, run_id=run_id, details=details)
    await store.runs.finish(run_id, "done", message)
    return run_id


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello there", "Hello there"),
        ("\n \n  second line \nthird", "second line"),
        ("", "New conversation"),
        ("w" * 61, "w" * 59 + "…"),
    ],
)
def test_a_title_is_the_first_line_with_words(text: str, title: str) -> None:
    assert title_of(text) == title


async def test_a_conversation_is_named_after_its_first_message_alone(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    assert conversation.title == "New conversation"
    await exchange(store, conversation.id, "First question", "A")
    await exchange(store, conversation.id, "Second question", "B")
    assert (await store.conversations.get(conversation.id)).title == "First question"


async def test_only_conversations_with_words_are_listed_the_latest_first(store: Store) -> None:
    first, second, empty, draft = [await store.conversations.create("/tmp") for _ in range(4)]
    await exchange(store, first.id, "One", "A")
    await exchange(store, second.id, "Two", "B")
    await exchange(store, first.id, "Three", "C")
    await store.conversations.set_draft(draft.id, "not sent")
    listed = [info.id for info in await store.conversations.all()]
    assert empty.id not in listed
    assert draft.id in listed
    assert [one for one in listed if one != draft.id] == [first.id, second.id]


async def test_messages_come_oldest_first_with_their_details(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    await exchange(store, conversation.id, "One", "A")
    second = await exchange(store, conversation.id, "Two", "B")
    messages = await store.conversations.messages(conversation.id)
    assert [one.text for one in messages] == ["One", "A", "Two", "B"]
    assert messages[1].details is not None
    assert messages[1].details.usage == Usage(input_tokens=3)
    before = await store.conversations.messages(conversation.id, before_run=second)
    assert [one.text for one in before] == ["One", "A"]


async def test_sending_clears_the_draft(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    await store.conversations.set_draft(conversation.id, "half")
    assert await store.conversations.draft(conversation.id) == "half"
    await store.runs.create(conversation.id, "whole", OPTIONS)
    assert await store.conversations.draft(conversation.id) == ""


async def test_a_list_says_what_runs_and_what_waits(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    run_id, _ = await store.runs.create(conversation.id, "One", OPTIONS)
    info = await store.conversations.get(conversation.id)
    assert (info.running, info.waiting) == (True, False)
    await store.runs.pause(run_id)
    info = await store.conversations.get(conversation.id)
    assert (info.running, info.waiting) == (False, True)


async def test_workspace_and_role_can_be_changed(store: Store) -> None:
    conversation = await store.conversations.create("/tmp")
    await store.conversations.set_workspace(conversation.id, "/srv")
    await store.conversations.set_role(conversation.id, "coder")
    info = await store.conversations.get(conversation.id)
    assert (info.workspace, info.role) == ("/srv", "coder")


async def test_an_unknown_conversation_is_named(store: Store) -> None:
    with pytest.raises(UnknownName, match="'c_none'"):
        await store.conversations.get("c_none")


async def test_usage_adds_up_by_conversation_and_an_unknown_price_makes_the_sum_unknown(store: Store) -> None:
    async def add(conversation: str, cost: float | None) -> None:
        usage = Usage(input_tokens=10, output_tokens=5, cost_usd=cost)
        await store.usage.add(Spent(conversation, "r", Brain.RESPONDER, INFO, usage))

    await add("c1", 0.5)
    await add("c1", 0.25)
    await add("c2", None)
    assert await store.usage.of_conversation("c1") == (30, 0.75)
    assert await store.usage.of_conversation("c2") == (15, None)
    assert await store.usage.of_conversation("c3") == (0, 0)


async def test_notes_are_found_by_all_their_words_newest_first(store: Store) -> None:
    await store.notes.save_note("Milk", "buy two LITRES")
    await store.notes.save_note("Shop", "milk and Straße")
    assert await store.notes.find_notes("milk", 10) == [("Shop", "milk and Straße"), ("Milk", "buy two LITRES")]
    assert await store.notes.find_notes("litres MILK", 10) == [("Milk", "buy two LITRES")]
    assert await store.notes.find_notes("STRASSE", 10) == [("Shop", "milk and Straße")]
    assert await store.notes.find_notes("milk", 1) == [("Shop", "milk and Straße")]
    assert await store.notes.find_notes("bread", 10) == []


def test_ids_are_unique_and_sort_by_time() -> None:
    maker = IdMaker("off-")
    made = [maker.new("r") for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {len(one) for one in made} == {len("off-r_") + 17}
    assert made[0][:-8] <= made[-1][:-8]
