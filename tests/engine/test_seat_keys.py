"""The key that a role names goes with each request of its runs: rounds, answers, summaries of the history, titles."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from desktop.engine.errors import KeyRejected
from desktop.engine.events import HistorySummarised
from desktop.engine.limits import Limits
from desktop.engine.messages import Brain
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import ModelEntry, Registry, Role
from desktop.engine.prompts import SUMMARISER
from desktop.engine.requests import ModelRequest
from desktop.engine.titles import make_title
from tests.bench import AT_ONCE, Bench, MakeBench
from tests.scripted import ScriptedModel, text
from tests.wire import gemini
from tests.wire.server import Exchange, WireServer, wire_server

WORK_KEY = "AIzaSy-of-the-role-0001"
SMALL = Limits(history_tokens=300, retry=AT_ONCE)


class OnlyTheWorkKey:
    """There is no default key: what does not ask for the role's gets none."""

    async def get(self, name: str) -> str | None:
        return WORK_KEY if name == "gemini/work" else None


@pytest.fixture
async def server() -> AsyncIterator[WireServer]:
    async with wire_server() as scripted:
        yield scripted


def install(bench: Bench, *entries: ModelEntry) -> None:
    role = Role(name="chat", label="Chat", orchestrator=entries[0].key, responder=entries[-1].key)
    bench.session.runner = dataclasses.replace(bench.session.runner, registry=Registry(entries, [role]))


async def always(exchange: Exchange) -> None:
    body = exchange.request.json
    is_summary = SUMMARISER[:40] in str(body.get("systemInstruction"))
    await gemini.says("What was said so far." if is_summary else "Some words. " + "a" * 200)(exchange)


@pytest.mark.parametrize("tools_enabled", [True, False])
async def test_rounds_answers_summaries_and_titles_have_the_roles_key(
    server: WireServer, make_bench: MakeBench, tools_enabled: bool
) -> None:
    connector = Connector(OnlyTheWorkKey(), {})
    bench = await make_bench(connector=connector, limits=SMALL)
    server.always = always
    install(bench, ModelEntry(key="g", provider="gemini", name="gemini-x", label="Gemini X", base_url=server.url))
    conversation = await bench.conversation()
    asked = {"orchestrator": "g", "responder": "g", "keys": ("gemini/work",), "tools_enabled": tools_enabled}
    first = await bench.run("Question 0? " + "q" * 200, conversation, **asked)
    assert await make_title(bench.store, bench.session.runner, first)
    for number in range(1, 4):
        await bench.run(f"Question {number}? " + "q" * 200, conversation, **asked)
    assert bench.told(HistorySummarised)[-1].text == "What was said so far."
    assert {request.headers["x-goog-api-key"] for request in server.requests} == {WORK_KEY}
    await connector.aclose()


async def test_where_the_responder_answers_alone_it_summarises_too(make_bench: MakeBench) -> None:
    async def write(say: object, request: ModelRequest) -> object:
        return text("A summary." if request.system == SUMMARISER else "Answer. " + "a" * 200)

    bench = await make_bench(limits=SMALL)
    bench.writer.then(*[write] * 5)  # type: ignore[arg-type]
    conversation = await bench.conversation()
    for number in range(4):
        await bench.run(f"Question {number}? " + "q" * 200, conversation, tools_enabled=False)
    assert bench.told(HistorySummarised)[-1].text == "A summary."
    assert bench.gatherer.requests == [], "nothing of the conversation goes to a model that takes no part in it"


async def test_a_model_that_took_over_makes_the_title_too(make_bench: MakeBench) -> None:
    bench = await make_bench(gatherer=(text("Summary."),), writer=(KeyRejected("No."),))
    spare = ScriptedModel("spare", (text("The answer."), text("A good title")))
    bench.connector.models["spare"] = spare  # type: ignore[attr-defined]
    install(
        bench,
        *(ModelEntry(key=key, provider="gemini", name=key, label=key) for key in ("gatherer", "spare", "writer")),
    )
    run_id = await bench.run(responder_fallbacks=("spare",))
    assert (await bench.stored(run_id)).options.at_work(Brain.RESPONDER) == "spare"
    assert await make_title(bench.store, bench.session.runner, run_id) == "A good title"
    spare.check()
