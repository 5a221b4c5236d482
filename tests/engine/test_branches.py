"""Branches and versions: nothing is lost, one branch is chosen, and models see that one alone."""

import pytest

from desktop.engine.errors import KeyRejected, RunBusy, RunNotFound, UnknownName
from desktop.engine.events import RunFailed, RunStopped
from desktop.engine.messages import Message
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, forever, text

NOTHING = text("")


async def shown(bench: Bench, conversation_id: str) -> list[Message]:
    return await bench.session.store_of(conversation_id).conversations.messages(conversation_id)


async def texts(bench: Bench, conversation_id: str) -> list[str]:
    return [message.text for message in await shown(bench, conversation_id)]


async def words(bench: Bench, conversation_id: str) -> dict[str, str]:
    """By text, which of its versions each shown message is."""
    versions = await bench.session.store_of(conversation_id).branching.versions(conversation_id)
    by_id = {message.id: message.text for message in await shown(bench, conversation_id)}
    return {by_id[message_id]: version.words for message_id, version in versions.items()}


async def step(bench: Bench, conversation_id: str, at: str, direction: str) -> None:
    """Switch a shown message, named by its text, to the version before or after it."""
    branching = bench.session.store_of(conversation_id).branching
    message = next(message for message in await shown(bench, conversation_id) if message.text == at)
    wanted = getattr((await branching.versions(conversation_id))[message.id], direction)
    assert wanted is not None
    await branching.choose(wanted)


async def edit(bench: Bench, conversation_id: str, old: str, new: str) -> str:
    message = next(message for message in await shown(bench, conversation_id) if message.text == old)
    run_id, _ = await bench.session.editing.send_anew(message.id, new, bench.options())
    await bench.ended(run_id)
    return run_id


@pytest.mark.parametrize("off_record", [False, True])
async def test_an_edited_message_is_a_branch_and_the_old_one_stays(make_bench: MakeBench, off_record: bool) -> None:
    bench = await make_bench(
        gatherer=(NOTHING,) * 4, writer=(text("A one."), text("A two."), text("A new."), text("A last."))
    )
    where = await bench.conversation(off_record=off_record)
    await bench.run("One", where)
    await bench.run("Two", where)
    await edit(bench, where, "One", "New")
    assert await texts(bench, where) == ["New", "A new."]
    assert await words(bench, where) == {"New": "2 of 2"}
    await step(bench, where, "New", "previous")
    assert await texts(bench, where) == ["One", "A one.", "Two", "A two."]
    assert await words(bench, where) == {"One": "1 of 2"}
    await step(bench, where, "One", "next")
    await bench.run("Last", where)
    assert await texts(bench, where) == ["New", "A new.", "Last", "A last."]


async def test_models_see_the_chosen_branch_alone(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(NOTHING,) * 5,
        writer=(text("apple"), text("birch"), text("cedar"), text("delta"), text("elder")),
    )
    where = await bench.conversation()
    await bench.run("first", where)
    await bench.run("second", where)
    await edit(bench, where, "second", "changed")  # cedar
    sent = bench.writer.requests[2].model_dump_json()
    assert "apple" in sent
    assert "second" not in sent
    assert "birch" not in sent
    await bench.run("third", where)  # delta
    assert "cedar" in bench.writer.requests[3].model_dump_json()
    assert "birch" not in bench.gatherer.requests[3].model_dump_json()
    await step(bench, where, "changed", "previous")
    await bench.run("fourth", where)  # elder
    last = bench.writer.requests[4].model_dump_json()
    assert "birch" in last
    assert not [word for word in ("changed", "cedar", "third", "delta") if word in last]


async def test_regenerating_runs_the_tools_again_behind_the_same_gates(make_bench: MakeBench) -> None:
    act = calls(call("a", "act", name="1"))
    bench = await make_bench(gatherer=(act, NOTHING, act, NOTHING), writer=(text("Old."), text("New.")))
    where = await bench.conversation()
    first = await bench.run("Do it.", where)
    await bench.decide(first, "a")
    await bench.resume(first)
    again = await bench.session.editing.regenerate(first, bench.options())
    await bench.ended(again)
    assert (await bench.stored(again)).state == "waiting"
    assert await texts(bench, where) == ["Do it.", "Old."]  # until there is a new one
    assert await bench.store.branching.shown_run(where) == again
    await bench.decide(again, "a")
    await bench.resume(again)
    assert bench.workshop.log == ["begin act 1", "end act 1"] * 2
    assert bench.gatherer.requests[2] == bench.gatherer.requests[0]
    assert await texts(bench, where) == ["Do it.", "New."]
    assert await words(bench, where) == {"New.": "2 of 2"}
    assert await bench.store.branching.shown_run(where) == again
    await step(bench, where, "New.", "previous")
    assert await texts(bench, where) == ["Do it.", "Old."]
    assert await bench.store.branching.shown_run(where) == first


async def test_writing_again_makes_a_version_that_one_can_switch_back_to(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(NOTHING,) * 3, writer=(text("Old."), text("New."), text("Next."), text("End.")))
    where = await bench.conversation()
    run_id = await bench.run("Do it.", where)
    await bench.session.write_again(run_id)
    await bench.ended(run_id)
    assert await words(bench, where) == {"New.": "2 of 2"}
    await bench.run("And?", where)
    await step(bench, where, "New.", "previous")
    assert await texts(bench, where) == ["Do it.", "Old."]
    await bench.run("Then?", where)
    assert "Old." in bench.writer.requests[3].model_dump_json()
    assert "New." not in bench.writer.requests[3].model_dump_json()
    await step(bench, where, "Old.", "next")
    assert await texts(bench, where) == ["Do it.", "New.", "And?", "Next."]


async def test_the_choice_is_stored(make_bench: MakeBench, tmp_path: object) -> None:
    bench = await make_bench(gatherer=(NOTHING,) * 2, writer=(text("Old."), text("New."), text("x")))
    where = await bench.conversation()
    first = await bench.run("Do it.", where)
    await bench.ended(await bench.session.editing.regenerate(first, bench.options()))
    await step(bench, where, "New.", "previous")
    after = await bench.crashed(bench.folder.parent / "after")
    assert await texts(after, where) == ["Do it.", "Old."]
    assert await words(after, where) == {"Old.": "1 of 2"}
    bench.gatherer.then(NOTHING)
    await after.run("More", where)  # as the command line does: behind what is chosen
    assert await texts(after, where) == ["Do it.", "Old.", "More", "x"]
    await after.close()


async def test_a_kill_while_a_branch_is_worked_leaves_it_to_go_on(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(NOTHING, forever("I look")), writer=(text("A one."),))
    where = await bench.conversation()
    await bench.run("One", where)
    message = (await shown(bench, where))[0]
    run_id, _ = await bench.session.editing.send_anew(message.id, "New", bench.options())
    await bench.wait_for_type("orchestrator_delta")
    after = await bench.crashed(bench.folder.parent / "after")
    assert (await after.stored(run_id)).state == "interrupted"
    assert await texts(after, where) == ["New"]
    await step(after, where, "New", "previous")
    assert await texts(after, where) == ["One", "A one."]
    bench.gatherer.then(NOTHING)
    bench.writer.then(text("A new."))
    await after.resume(run_id)
    assert await texts(after, where) == ["New", "A new."]  # what goes on comes into sight
    await after.close()
    await bench.session.stop(run_id)


async def test_a_switch_while_a_run_works_is_refused_in_words(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(NOTHING, forever("I")), writer=(text("A one."),))
    where = await bench.conversation()
    first = await bench.run("One", where)
    one = (await shown(bench, where))[0]
    run_id, _ = await bench.session.editing.send_anew(one.id, "New", bench.options())
    await bench.wait_for(lambda event: event.type == "orchestrator_delta" and event.run_id == run_id)
    for refused in (
        bench.store.branching.choose(one.id),
        bench.session.editing.send_anew(one.id, "Third", bench.options()),
        bench.session.editing.regenerate(first, bench.options()),
    ):
        with pytest.raises(RunBusy, match="still at work") as error:
            await refused
        assert error.value.action
    assert await texts(bench, where) == ["New"]
    await bench.store.branching.choose_run(first)
    assert await texts(bench, where) == ["New"]
    await bench.session.stop(run_id)


async def test_a_run_that_waits_on_another_branch_goes_on_there(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "act", name="1")), NOTHING, NOTHING), writer=(text("A new."), text("A one."))
    )
    where = await bench.conversation()
    waiting = await bench.run("One", where)
    await edit(bench, where, "One", "New")
    assert await texts(bench, where) == ["New", "A new."]
    assert await bench.store.queue.state_before(where) == "done"  # the one that waits elsewhere holds nothing up
    await bench.decide(waiting, "a")
    await bench.resume(waiting)
    assert await texts(bench, where) == ["One", "A one."]
    assert await words(bench, where) == {"One": "1 of 2"}


@pytest.mark.parametrize("how", ["failed", "stopped"])
async def test_regenerating_that_comes_to_nothing_leaves_the_old_answer(make_bench: MakeBench, how: str) -> None:
    fault = KeyRejected("No.") if how == "failed" else forever()
    bench = await make_bench(gatherer=(NOTHING, NOTHING), writer=(text("Old."), fault))
    where = await bench.conversation()
    first = await bench.run("Do it.", where)
    bench.events.clear()
    again = await bench.session.editing.regenerate(first, bench.options())
    await bench.wait_for_type("handoff_ready")
    if how == "stopped":
        await bench.session.stop(again)
    await bench.ended(again)
    end = bench.events[-1]
    assert isinstance(end, RunFailed | RunStopped)
    assert end.message is None
    assert await texts(bench, where) == ["Do it.", "Old."]
    assert await words(bench, where) == {}
    assert await bench.store.branching.shown_run(where) == again  # so that it can go on


async def test_an_answer_in_the_middle_is_worked_again_as_a_branch(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(NOTHING,) * 4, writer=(text("A one."), text("A two."), KeyRejected("No."), text("B one."))
    )
    where = await bench.conversation()
    first = await bench.run("One", where)
    second = await bench.run("Two", where)
    failed = await bench.session.editing.regenerate(first, bench.options())
    await bench.ended(failed)
    assert await texts(bench, where) == ["One", "A one.", "Two", "A two."]
    assert await bench.store.branching.shown_run(where) == failed
    again = await bench.session.editing.regenerate(first, bench.options())
    await bench.ended(again)
    assert await texts(bench, where) == ["One", "B one."]
    assert await bench.store.branching.shown_run(where) == again
    await step(bench, where, "B one.", "previous")
    assert await texts(bench, where) == ["One", "A one.", "Two", "A two."]
    assert await bench.store.branching.shown_run(where) == second


async def test_a_half_answer_of_a_regenerated_run_is_a_version(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(NOTHING, NOTHING), writer=(text("Old."), forever("Half")))
    where = await bench.conversation()
    again = await bench.session.editing.regenerate(await bench.run("Do it.", where), bench.options())
    await bench.wait_for(lambda event: event.type == "answer_delta" and event.text == "Half")
    await bench.session.stop(again)
    assert await texts(bench, where) == ["Do it.", "Half"]
    assert await words(bench, where) == {"Half": "2 of 2"}


async def test_the_person_can_go_on_behind_a_waiting_run_and_its_answer_comes_last(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "act", name="1")), NOTHING, NOTHING),
        writer=(text("A two."), text("A one."), text("A one again.")),
    )
    where = await bench.conversation()
    waiting = await bench.run("One", where)
    await bench.run("Two", where)
    await bench.decide(waiting, "a")
    await bench.resume(waiting)
    assert await texts(bench, where) == ["One", "Two", "A two.", "A one."]
    assert await words(bench, where) == {}
    await bench.session.write_again(waiting)
    await bench.ended(waiting)
    assert await texts(bench, where) == ["One", "Two", "A two.", "A one again."]
    assert await words(bench, where) == {"A one again.": "2 of 2"}


async def test_what_is_not_there_is_refused_in_words(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(NOTHING,), writer=(text("A."),))
    where = await bench.conversation()
    await bench.run("One", where)
    answer = (await shown(bench, where))[1]
    with pytest.raises(UnknownName, match="no message"):
        await bench.session.editing.send_anew(answer.id, "x", bench.options())
    with pytest.raises(UnknownName, match="no message 'm_nowhere'"):
        await bench.store.branching.choose("m_nowhere")
    with pytest.raises(RunNotFound, match="no run 'r_nowhere'"):
        await bench.session.editing.regenerate("r_nowhere", bench.options())
    assert await bench.store.branching.shown_run(await bench.conversation()) is None
