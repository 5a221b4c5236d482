"""The queue: in order, stored, sent once, and held where the run before did not end well."""

import pytest

from desktop.engine.errors import KeyRejected, RunBusy, UnknownName
from desktop.engine.events import QueuedMessageSent, QueueHalted
from desktop.engine.queueing import halt_words, waits_in_queue
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, forever, text

NOTHING = text("")


async def queued(bench: Bench, where: str) -> list[str]:
    return [each.text for each in await bench.session.store_of(where).queue.of_conversation(where)]


async def texts(bench: Bench, where: str) -> list[str]:
    return [each.text for each in await bench.session.store_of(where).conversations.messages(where)]


async def held(bench: Bench, *messages: str, off_record: bool = False) -> tuple[str, str]:
    """A conversation whose run is held at a look, with these messages queued."""
    where = await bench.conversation(off_record=off_record)
    run_id = await bench.send("First", where)
    await bench.workshop.begun("1")
    for each in messages:
        await bench.session.store_of(where).queue.add(where, each, bench.options())
    return where, run_id


HELD = calls(call("a", "held_look", name="1"))


@pytest.mark.parametrize("off_record", [False, True])
async def test_queued_messages_follow_a_run_that_ends_well_in_order(make_bench: MakeBench, off_record: bool) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING, NOTHING, NOTHING), writer=(text("A1"), text("A2"), text("A3")))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench, "Second", "Third", off_record=off_record)
    assert await queued(bench, where) == ["Second", "Third"]
    bench.workshop.release("1")
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A3")
    assert await texts(bench, where) == ["First", "A1", "Second", "A2", "Third", "A3"]
    assert await queued(bench, where) == []
    sent = bench.told(QueuedMessageSent)
    assert [event.message.text for event in sent] == ["Second", "Third"]
    assert all(event.message.off_record is off_record and event.conversation_id == where for event in sent)
    await bench.ended(sent[-1].run_id)


async def test_a_queued_message_is_changed_and_withdrawn(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING, NOTHING), writer=(text("A1"), text("A2")))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench, "Secnod", "Third")
    second, third = await bench.store.queue.of_conversation(where)
    await bench.store.queue.change(second.id, "Second", ())
    await bench.store.queue.withdraw(third.id)
    bench.workshop.release("1")
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A2")
    assert await texts(bench, where) == ["First", "A1", "Second", "A2"]
    for late in (bench.store.queue.change(second.id, "x", ()), bench.store.queue.withdraw(third.id)):
        with pytest.raises(UnknownName, match="not in the queue any more"):
            await late
    await bench.ended(bench.told(QueuedMessageSent)[0].run_id)


async def test_a_queued_message_is_held_while_it_is_edited_and_all_behind_it(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING, NOTHING, NOTHING), writer=(text("A1"), text("A2"), text("A3")))
    bench.session.editing.sends_queue = True
    where, run_id = await held(bench, "Secnod", "Third")
    second, _ = await bench.store.queue.of_conversation(where)
    await bench.store.edits.begin(second.id)
    bench.workshop.release("1")
    await bench.ended(run_id)
    assert await queued(bench, where) == ["Secnod", "Third"]
    await bench.store.queue.change(second.id, "Second", ())
    await bench.session.editing.release(where)
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A3")
    assert await texts(bench, where) == ["First", "A1", "Second", "A2", "Third", "A3"]
    await bench.ended(bench.told(QueuedMessageSent)[-1].run_id)


async def test_what_stands_before_an_edited_message_is_sent_and_a_left_edit_lets_go(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING, NOTHING, NOTHING), writer=(text("A1"), text("A2"), text("A3")))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench, "Second", "Third")
    _, third = await bench.store.queue.of_conversation(where)
    await bench.store.edits.begin(third.id)
    await bench.store.edits.keep(third.id, "Third and more")
    bench.workshop.release("1")
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A2")
    await bench.ended(bench.told(QueuedMessageSent)[-1].run_id)
    assert await queued(bench, where) == ["Third"]
    await bench.store.edits.leave(third.id)
    await bench.session.editing.release(where)
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A3")
    await bench.ended(bench.told(QueuedMessageSent)[-1].run_id)
    *_, sent, _ = await bench.store.conversations.messages(where)
    assert sent.text == "Third"
    assert (await bench.store.edits.begin(sent.id)).text == "Third and more"  # what was typed goes on with it


async def test_the_end_of_an_edit_sends_nothing_behind_a_run_that_did_not_end_well(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    bench.session.editing.sends_queue = True
    where, run_id = await held(bench, "Second")
    (second,) = await bench.store.queue.of_conversation(where)
    await bench.store.edits.begin(second.id)
    await bench.session.stop(run_id)
    await bench.store.edits.leave(second.id)
    await bench.session.editing.release(where)
    assert await queued(bench, where) == ["Second"]


async def test_a_kill_during_an_edit_loses_neither_the_message_nor_what_was_typed(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    where, run_id = await held(bench, "Second")
    (second,) = await bench.store.queue.of_conversation(where)
    await bench.store.edits.begin(second.id)
    await bench.store.edits.keep(second.id, "Second and")
    after = await bench.crashed(bench.folder.parent / "after")
    assert await queued(after, where) == ["Second"]
    edit = await after.store.edits.open_in(where)
    assert edit is not None
    assert (edit.text, edit.original, edit.is_changed, edit.is_queued) == ("Second and", "Second", True, True)
    assert await after.session.editing.send_queued(where) is None
    await after.close()
    await bench.session.stop(run_id)


async def test_a_queued_message_runs_with_what_it_was_queued_with(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING), writer=(text("A1"), text("A2")))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench)
    await bench.store.queue.add(where, "Plainly", bench.options(tools_enabled=False))
    bench.workshop.release("1")
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A2")
    assert len(bench.gatherer.requests) == 2  # both of the first run
    await bench.ended(bench.told(QueuedMessageSent)[0].run_id)


@pytest.mark.parametrize("how", ["failed", "stopped"])
async def test_a_run_that_does_not_end_well_holds_the_queue(make_bench: MakeBench, how: str) -> None:
    bench = await make_bench(
        gatherer=(HELD, *((NOTHING,) if how == "failed" else ()), NOTHING),
        writer=(*((KeyRejected("No."),) if how == "failed" else ()), text("A2")),
    )
    bench.session.editing.sends_queue = True
    where, run_id = await held(bench, "Second")
    if how == "failed":
        bench.workshop.release("1")
        await bench.ended(run_id)
    else:
        await bench.session.stop(run_id)
    assert await queued(bench, where) == ["Second"]
    assert await bench.store.queue.state_before(where) == how
    assert how in halt_words(await bench.store.queue.state_before(where))
    sent = await bench.session.editing.send_queued(where)
    assert sent is not None
    await bench.ended(sent)
    assert (await texts(bench, where))[-2:] == ["Second", "A2"]


async def test_a_gate_holds_the_queue_and_the_decision_lets_it_go_on(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "act", name="1")), NOTHING, NOTHING), writer=(text("A1"), text("A2"))
    )
    bench.session.editing.sends_queue = True
    where = await bench.conversation()
    run_id = await bench.run("First", where)
    assert waits_in_queue(await bench.store.queue.state_before(where))
    await bench.store.queue.add(where, "Second", bench.options())
    assert "waits for your decision" in halt_words(await bench.store.queue.state_before(where))
    await bench.decide(run_id, "a")
    await bench.session.resume(run_id)
    await bench.wait_for(lambda event: event.type == "answer_finished" and event.text == "A2")
    assert await texts(bench, where) == ["First", "A1", "Second", "A2"]
    await bench.ended(bench.told(QueuedMessageSent)[0].run_id)


async def test_a_kill_loses_no_queued_message_and_sends_none_by_itself(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I"), NOTHING), writer=(text("A2"),))
    where = await bench.conversation()
    run_id = await bench.send("First", where)
    await bench.wait_for_type("orchestrator_delta")
    await bench.store.queue.add(where, "Second", bench.options())
    after = await bench.crashed(bench.folder.parent / "after")
    after.session.editing.sends_queue = True
    assert await queued(after, where) == ["Second"]
    assert "the program ended" in halt_words(await after.store.queue.state_before(where))
    sent = await after.session.editing.send_queued(where)
    assert sent is not None
    twice = await bench.crashed(bench.folder.parent / "twice")  # of what was there before it was sent
    assert await queued(twice, where) == ["Second"]
    await after.ended(sent)
    assert await queued(after, where) == []
    assert await texts(after, where) == ["First", "Second", "A2"]
    await twice.close()
    await after.close()
    await bench.session.stop(run_id)


async def test_a_session_that_does_not_stay_leaves_the_queue_alone(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING), writer=(text("A1"),))
    where, run_id = await held(bench, "Second")
    bench.workshop.release("1")
    await bench.ended(run_id)
    assert await queued(bench, where) == ["Second"]
    assert "before its turn came" in halt_words(await bench.store.queue.state_before(where))


async def test_nothing_is_sent_into_a_busy_conversation(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    where, run_id = await held(bench, "Second")
    with pytest.raises(RunBusy):
        await bench.session.editing.send_queued(where)
    assert await queued(bench, where) == ["Second"]
    assert await bench.session.editing.send_queued(await bench.conversation()) is None
    await bench.session.stop(run_id)


async def test_a_queue_that_cannot_go_on_says_so(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD, NOTHING), writer=(text("A1"),))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench, "Second")
    await bench.store.database.write(lambda db: db.execute("UPDATE queue SET options = '{}'"))
    bench.workshop.release("1")
    halted = await bench.wait_for_type("queue_halted")
    assert isinstance(halted, QueueHalted)
    assert halted.conversation_id == where
    assert await queued(bench, where) == ["Second"]
    assert await texts(bench, where) == ["First", "A1"]


async def test_the_end_of_the_program_begins_nothing(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(HELD,))
    bench.session.editing.sends_queue = True
    where, _ = await held(bench, "Second")
    await bench.session.close()
    assert await queued(bench, where) == ["Second"]
    assert bench.told(QueuedMessageSent) == []
