"""Titles that the responder's model makes."""

import dataclasses
from pathlib import Path

import pytest

from desktop.engine.errors import Overloaded
from desktop.engine.models.registry import ModelEntry, Registry
from desktop.engine.requests import UserText
from desktop.engine.running import Runner
from desktop.engine.titles import make_title, title_in
from tests.bench import Bench, MakeBench
from tests.scripted import text

OFF = {"tools_enabled": False}


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Lease offers compared", "Lease offers compared"),
        ('\n**Title:** "Lease offers compared."\n\nMore', "Lease offers compared"),
        ("# Titel: Angebote", "Angebote"),
        ("On **Thursday at ten** [1]", "On Thursday at ten"),
        ("Snake_case in `code`", "Snake_case in code"),
        ("「京都の天気」", "京都の天気"),
        ("x" * 100, "x" * 79 + "…"),
        (" \n ", ""),
        ('"."', ""),
    ],
)
def test_a_title_is_taken_out_of_what_models_put_around_it(answer: str, title: str) -> None:
    assert title_in(answer) == title


def runner(bench: Bench) -> Runner:
    """The bench's, its models not called those of the demonstration."""
    models = [ModelEntry(key=key, provider="gemini", name=key, label=key) for key in ("gatherer", "writer")]
    roles = list(bench.registry.roles.values())
    return dataclasses.replace(bench.session.runner, registry=Registry(models, roles))


async def answered(bench: Bench, *steps: object, question: str = "What is it?") -> tuple[str, str]:
    bench.writer.then(text("An answer."), *steps)  # type: ignore[arg-type]
    conversation = await bench.store.conversations.create(str(bench.folder))
    run_id, _ = await bench.session.send(conversation.id, question, bench.options(**OFF))
    await bench.session.wait(run_id)
    return conversation.id, run_id


async def test_after_the_first_answer_the_responder_makes_a_title_and_its_usage_counts(make_bench: MakeBench) -> None:
    it = await make_bench()
    conversation, run_id = await answered(it, text("A good title"))
    before = len(await it.store.usage.of_run(run_id))
    assert await make_title(it.store, runner(it), run_id) == "A good title"
    assert (await it.store.conversations.get(conversation)).title == "A good title"
    usage = await it.store.usage.of_run(run_id)
    assert (len(usage) - before, usage[-1].brain) == (1, "responder")
    (item,) = it.writer.requests[-1].items
    assert isinstance(item, UserText)
    assert "What is it?" in item.text
    assert "An answer." in item.text
    assert await make_title(it.store, runner(it), run_id) is None  # once


async def test_a_quick_second_question_does_not_cost_the_title(make_bench: MakeBench) -> None:
    it = await make_bench()
    conversation, _ = await answered(it, text("Another answer."), text("A good title"))
    run_id, _ = await it.session.send(conversation, "And then?", it.options(**OFF))
    await it.session.wait(run_id)
    assert await make_title(it.store, runner(it), run_id) == "A good title"
    (item,) = it.writer.requests[-1].items
    assert isinstance(item, UserText)
    assert "An answer." in item.text
    assert "Another answer." not in item.text


async def test_a_long_conversation_keeps_its_first_line(make_bench: MakeBench) -> None:
    it = await make_bench()
    conversation, run_id = await answered(it, *[text("Another answer.")] * 3)
    for question in ("And then?", "And then?", "And then?"):
        run_id, _ = await it.session.send(conversation, question, it.options(**OFF))
        await it.session.wait(run_id)
    assert await make_title(it.store, runner(it), run_id) is None
    assert len(it.writer.requests) == 4


async def test_a_name_given_by_hand_is_left(make_bench: MakeBench) -> None:
    it = await make_bench()
    conversation, run_id = await answered(it)
    await it.store.keeping.rename(conversation, "Mine")
    assert await make_title(it.store, runner(it), run_id) is None
    assert (await it.store.conversations.get(conversation)).title == "Mine"


async def test_the_demonstration_keeps_the_first_line(make_bench: MakeBench) -> None:
    it = await make_bench()
    _, run_id = await answered(it)
    assert await make_title(it.store, it.session.runner, run_id) is None
    assert len(it.writer.requests) == 1


async def test_a_failure_is_silent_and_logged(make_bench: MakeBench, caplog: pytest.LogCaptureFixture) -> None:
    it = await make_bench()
    conversation, run_id = await answered(it, Overloaded("Too much to do."))
    assert await make_title(it.store, runner(it), run_id) is None
    assert len(it.writer.requests) == 2  # asked once: nobody waits for a title
    assert (await it.store.conversations.get(conversation)).title == "What is it?"
    assert "no title could be made" in caplog.text
    assert "What is it?" not in caplog.text


async def test_off_the_record_no_title_is_asked_for(make_bench: MakeBench, tmp_path: Path) -> None:
    it = await make_bench()
    it.writer.then(text("An answer."))
    conversation = await it.off_record.conversations.create(str(tmp_path))
    run_id, _ = await it.session.send(conversation.id, "Secret", it.options(**OFF))
    await it.session.wait(run_id)
    assert await make_title(it.off_record, runner(it), run_id) is None
    assert len(it.writer.requests) == 1
