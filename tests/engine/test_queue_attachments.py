"""Files of queued messages: from the draft to the queue to the message, each in one step, and gone with the last."""

import pytest

from desktop.engine.errors import AttachmentRefused
from tests.bench import Bench, MakeBench
from tests.engine.test_attachments import items, of
from tests.scripted import call, calls, text

HELD = calls(call("a", "held_look", name="1"))
DATA = b"The plan."
PLAN = of(DATA)


async def with_queued_file(bench: Bench, *, off_record: bool = False) -> str:
    where = await bench.conversation(off_record=off_record)
    await bench.send("First", where)
    await bench.workshop.begun("1")
    store = bench.session.store_of(where)
    await store.attachments.add_to_draft(where, PLAN, DATA)
    await store.queue.add(where, "Second", bench.options(), [PLAN])
    return where


@pytest.mark.parametrize("off_record", [False, True])
async def test_files_leave_the_draft_and_go_with_the_message_that_is_sent(
    make_bench: MakeBench, off_record: bool
) -> None:
    bench = await make_bench(gatherer=(HELD, text(""), text("")), writer=(text("A1"), text("A2")))
    bench.session.editing.sends_queue = True
    where = await with_queued_file(bench, off_record=off_record)
    store = bench.session.store_of(where)
    assert await store.attachments.draft(where) == ()
    (queued,) = await store.queue.of_conversation(where)
    assert queued.attachments == (PLAN,)
    bench.workshop.release("1")
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A2")
    sent = (await store.conversations.messages(where))[2]
    assert (sent.text, sent.attachments) == ("Second", (PLAN,))
    assert items(bench.writer)[-1].attachments == (PLAN,)
    assert await store.attachments.data(PLAN.hash) == DATA
    assert await store.queue.of_conversation(where) == []


async def test_a_withdrawn_message_takes_its_files_with_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    where = await with_queued_file(bench)
    store = bench.session.store_of(where)
    (queued,) = await store.queue.of_conversation(where)
    await store.queue.withdraw(queued.id)
    assert await store.attachments.data(PLAN.hash) is None


async def test_a_file_that_is_in_the_draft_and_in_the_queue_outlives_either(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    where = await with_queued_file(bench)
    store = bench.session.store_of(where)
    await store.attachments.add_to_draft(where, PLAN, DATA)
    await store.attachments.remove_from_draft(where, PLAN.hash)
    assert await store.attachments.data(PLAN.hash) == DATA
    await store.attachments.add_to_draft(where, PLAN, DATA)
    (queued,) = await store.queue.of_conversation(where)
    await store.queue.withdraw(queued.id)
    assert await store.attachments.data(PLAN.hash) == DATA


async def test_a_file_that_is_gone_leaves_the_queue_as_it_was(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    where = await with_queued_file(bench)
    with pytest.raises(AttachmentRefused):
        await bench.store.queue.add(where, "Third", bench.options(), [of(b"never stored", "gone.txt")])
    assert [each.text for each in await bench.store.queue.of_conversation(where)] == ["Second"]
