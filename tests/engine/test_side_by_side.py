"""Several conversations at once, one run in each; off the record beside the rest."""

import asyncio
from pathlib import Path

import pytest

from desktop.engine.errors import RunBusy
from desktop.engine.events import AnswerFinished, ConfirmationRequested
from desktop.engine.gate import AllowOnce
from desktop.engine.messages import CallState
from desktop.engine.requests import ModelRequest, ModelTurn
from desktop.engine.store.ids import OFF_RECORD_PREFIX
from tests.bench import Bench, MakeBench
from tests.scripted import Say, call, calls, forever, results_of, text


async def gatherer_that_looks(say: Say, request: ModelRequest) -> ModelTurn:
    """Looks for what the request names, then sums up what was seen."""
    asked = request.items[0].model_dump()["text"]
    seen = results_of(request)
    return text(f"Seen: {seen[0].text}") if seen else calls(call("a", "held_look", name=asked))


async def writer_that_repeats(say: Say, request: ModelRequest) -> ModelTurn:
    summary = request.items[-1].model_dump()["text"].partition("<summary>\n")[2].partition("\n</summary>")[0]
    for word in summary.split(" "):
        say(word + " ")
        await asyncio.sleep(0)
    return text(summary)


async def test_runs_of_several_conversations_do_not_mix(make_bench: MakeBench) -> None:
    names = [f"thing{number}" for number in range(6)]
    bench = await make_bench(gatherer=(gatherer_that_looks,) * 12, writer=(writer_that_repeats,) * 6)
    runs = {name: await bench.send(name) for name in names}
    for name in names:
        await bench.workshop.begun(name)  # all of them at once
    assert bench.session.running == set(runs.values())
    for name in reversed(names):
        bench.workshop.release(name)
    for name, run_id in runs.items():
        await bench.ended(run_id)
        own = [event for event in bench.events if event.run_id == run_id]
        assert [event.type for event in own if event.type != "answer_delta"] == [
            "run_started",
            "round_started",
            "usage_reported",
            "tool_call_requested",
            "tool_call_started",
            "tool_call_finished",
            "round_started",
            "usage_reported",
            "summary_ready",
            "handoff_ready",
            "usage_reported",
            "answer_finished",
            "run_finished",
        ]
        (finished,) = [event for event in own if isinstance(event, AnswerFinished)]
        assert finished.text == f"Seen: saw {name}"
        assert {event.text for event in own if event.type == "answer_delta"} == {"Seen: ", "saw ", f"{name} "}
        conversation = (await bench.stored(run_id)).conversation_id
        assert [one.text for one in await bench.store.conversations.messages(conversation)] == [name, finished.text]


async def test_a_second_run_in_a_busy_conversation_is_refused_and_leaves_no_message(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(forever("I"),))
    conversation = await bench.conversation()
    run_id = await bench.send("First.", conversation)
    await bench.wait_for_type("orchestrator_delta")
    with pytest.raises(RunBusy, match="still at work"):
        await bench.send("Second.", conversation)
    assert [one.text for one in await bench.store.conversations.messages(conversation)] == ["First."]
    await bench.session.stop(run_id)


async def test_a_run_that_waits_keeps_nobody_from_the_next_message(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "act", name="1")), text(""), text("")), writer=(text("Second."), text("First."))
    )
    conversation = await bench.conversation()
    first = await bench.run("One.", conversation)
    await bench.run("Two.", conversation)
    await bench.decide(first, "a")
    await bench.resume(first)
    assert bench.workshop.acts == ["1"]
    assert [one.text for one in await bench.store.conversations.messages(conversation)] == [
        "One.",
        "Two.",
        "Second.",
        "First.",
    ]


async def test_stopping_one_run_leaves_the_others(make_bench: MakeBench) -> None:
    bench = await make_bench(
        gatherer=(calls(call("a", "held_look", name="1")), calls(call("a", "held_look", name="2")), text("")),
        writer=(text("Answer."),),
    )
    first = await bench.send("First.")
    await bench.workshop.begun("1")
    second = await bench.send("Second.")
    await bench.workshop.begun("2")
    await bench.session.stop(first)
    assert bench.session.running == {second}
    bench.workshop.release("2")
    await bench.ended(second)
    assert (await bench.stored(second)).state == "done"
    assert await bench.states(first) == [CallState.CANCELLED]


async def test_the_same_call_id_in_two_runs_is_two_calls(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(calls(call("a", "act", name="1")), calls(call("a", "act", name="2")), text("")))
    bench.writer.then(text("Answer."))
    first, second = await bench.run(), await bench.run()
    gates = {event.run_id: event for event in bench.told(ConfirmationRequested)}
    await bench.session.decide(second, "a", AllowOnce(), gates[second].binding)
    await bench.resume(second)
    assert bench.workshop.acts == ["2"]
    assert await bench.states(first) == [CallState.WAITING]


PLANTED = "Rumpelstilzchen"


def files_with(word: str, folder: Path) -> list[Path]:
    needles = (word.encode(), word.encode("utf-16-le"))
    return [path for path in folder.rglob("*") if path.is_file() and any(n in path.read_bytes() for n in needles)]


async def off_record_run(bench: Bench) -> str:
    conversation = await bench.conversation(off_record=True)
    run_id = await bench.run(f"Tell {PLANTED}.", conversation)
    await bench.decide(run_id, "b")
    await bench.resume(run_id)
    return run_id


def off_record_script() -> dict[str, object]:
    wanted = (
        call("a", "look", name=PLANTED),
        call("b", "act", name=PLANTED),
        call("c", "crash", name=PLANTED),
    )
    return {
        "gatherer": (calls(*wanted, words=PLANTED), text(f"Summary of {PLANTED}.")),
        "writer": (text(f"Answer to {PLANTED}."),),
    }


async def test_off_the_record_leaves_nothing_of_it_in_any_file(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(**off_record_script())
    run_id = await off_record_run(bench)
    assert run_id.startswith(OFF_RECORD_PREFIX)
    assert bench.told(AnswerFinished)[0].text == f"Answer to {PLANTED}."
    await bench.close()
    assert files_with(PLANTED, tmp_path) == []


async def test_the_search_for_the_planted_word_finds_it_where_it_is(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(**{**off_record_script()})
    run_id = await bench.run(f"Tell {PLANTED}.")
    await bench.decide(run_id, "b")
    await bench.resume(run_id)
    await bench.close()
    assert files_with(PLANTED, tmp_path)


async def test_off_the_record_ends_with_the_session(make_bench: MakeBench) -> None:
    bench = await make_bench(**off_record_script())
    await off_record_run(bench)
    assert [info.off_record for info in await bench.off_record.conversations.all()] == [True]
    await bench.restart()
    assert await bench.off_record.conversations.all() == []
    assert await bench.store.conversations.all() == []


async def test_messages_off_the_record_say_so(make_bench: MakeBench) -> None:
    bench = await make_bench(**off_record_script())
    run_id = await off_record_run(bench)
    conversation = (await bench.stored(run_id)).conversation_id
    assert [one.off_record for one in await bench.off_record.conversations.messages(conversation)] == [True, True]
