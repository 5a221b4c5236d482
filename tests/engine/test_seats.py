"""Any provider in either seat, through the real SDKs: gates, pauses, resuming, and one taking over from the other."""

import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.events import AnswerFinished, ConfirmationRequested, FallbackUsed, SummaryReady
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import ModelEntry, Registry, Role
from tests.bench import Bench, MakeBench
from tests.wire import claude, gemini
from tests.wire import openai as local
from tests.wire.server import WireServer, wire_server

SIGNATURE = b"a-thought-of-gemini"
KEYS = {"gemini": "AIzaSy-planted-0001", "anthropic": "sk-ant-planted-0002"}
_ROLE = Role(name="chat", label="Chat", orchestrator="claude", responder="gemini")


class _Keys:
    async def get(self, name: str) -> str | None:
        return KEYS.get(name)


@dataclasses.dataclass
class _Servers:
    gemini: WireServer
    claude: WireServer
    local: WireServer

    @property
    def registry(self) -> Registry:
        entries = [
            ModelEntry(key="gemini", provider="gemini", name="gemini-x", label="Gemini X", base_url=self.gemini.url),
            ModelEntry(key="claude", provider="anthropic", name="claude-x", label="Claude X", base_url=self.claude.url),
            ModelEntry(
                key="local",
                provider="openai-compatible",
                name="qwen",
                label="Qwen",
                base_url=f"{self.local.url}/v1",
            ),
        ]
        return Registry(entries, [_ROLE])

    def install(self, bench: Bench) -> None:
        bench.session.runner = dataclasses.replace(bench.session.runner, registry=self.registry)


@pytest.fixture
async def servers() -> AsyncIterator[_Servers]:
    async with wire_server() as first, wire_server() as second, wire_server() as third:
        yield _Servers(first, second, third)


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    made = Connector(_Keys(), {})
    yield made
    await made.aclose()


async def test_claude_gathers_through_a_gate_and_a_restart_and_gemini_writes(
    servers: _Servers, connector: Connector, make_bench: MakeBench
) -> None:
    bench = await make_bench(connector=connector)
    servers.install(bench)
    servers.claude.script(
        claude.answers(
            claude.thinking(0, "signed-by-claude", "Hm."),
            claude.tool_use(1, "toolu_1", "look", '{"name": "notes"}'),
            claude.tool_use(2, "toolu_2", "act", '{"name": "report"}'),
            stop="tool_use",
        ),
        claude.answers(claude.text(0, "A summary.")),
    )
    servers.gemini.script(gemini.says("The answer."))
    run_id = await bench.run(orchestrator="claude", responder="gemini")
    assert bench.types[-1] == "run_paused"
    (gate,) = bench.told(ConfirmationRequested)
    await bench.restart()
    servers.install(bench)
    assert await bench.decide(run_id, gate.call_id)
    await bench.resume(run_id)
    assert bench.workshop.log == ["begin look notes", "end look notes", "begin act report", "end act report"]
    resent = servers.claude.requests[1].json["messages"]
    assert resent[-2]["content"][0]["signature"] == "signed-by-claude", "what was signed goes back after the restart"
    assert [block["tool_use_id"] for block in resent[-1]["content"]] == ["toolu_1", "toolu_2"]
    (answer,) = bench.told(AnswerFinished)
    assert (answer.text, answer.label, answer.fallback) == ("The answer.", "Gemini X", False)
    assert len(servers.gemini.requests) == 1
    assert "tools" not in servers.gemini.requests[0].json


async def test_claude_takes_over_from_gemini_in_the_loop_and_gets_no_signature_of_it(
    servers: _Servers, connector: Connector, make_bench: MakeBench
) -> None:
    bench = await make_bench(connector=connector)
    servers.install(bench)
    servers.gemini.script(
        gemini.answers(gemini.chunk(gemini.call("look", {"name": "notes"}, signature=SIGNATURE), finish="STOP")),
        gemini.fails(404, "models/gemini-x is not found", word="NOT_FOUND"),
    )
    servers.claude.script(
        claude.answers(claude.tool_use(0, "toolu_1", "look", '{"name": "more"}'), stop="tool_use"),
        claude.answers(claude.text(0, "A summary.")),
        claude.answers(claude.text(0, "The answer.")),
    )
    await bench.run(orchestrator="gemini", orchestrator_fallbacks=("claude",), responder="claude")
    (event,) = bench.told(FallbackUsed)
    assert (event.from_model, event.to) == ("Gemini X", "Claude X")
    assert "no longer serves it" in event.reason
    assert bench.workshop.log == ["begin look notes", "end look notes", "begin look more", "end look more"]
    assert [one.text for one in bench.told(SummaryReady)] == ["A summary."]
    for request in servers.claude.requests:
        sent = request.body.decode()
        assert "signature" not in sent
        assert "opaque" not in sent
        assert KEYS["gemini"] not in sent + json.dumps(request.headers)
    second = servers.claude.requests[1].json["messages"]
    calls = [block["id"] for message in second for block in message["content"] if block["type"] == "tool_use"]
    results = [
        block["tool_use_id"] for message in second for block in message["content"] if block["type"] == "tool_result"
    ]
    assert calls == results
    assert len(calls) == 2


async def test_gemini_takes_over_from_claude_and_a_stand_in_is_signed(
    servers: _Servers, connector: Connector, make_bench: MakeBench
) -> None:
    bench = await make_bench(connector=connector)
    servers.install(bench)
    servers.claude.script(
        claude.answers(
            claude.thinking(0, "signed-by-claude", "Hm."),
            claude.tool_use(1, "toolu_1", "look", '{"name": "notes"}'),
            stop="tool_use",
        ),
        claude.fails(401, "authentication_error", "invalid x-api-key"),
    )
    servers.gemini.script(gemini.says("A summary."), gemini.says("The answer."))
    await bench.run(orchestrator="claude", orchestrator_fallbacks=("gemini",), responder="gemini")
    (event,) = bench.told(FallbackUsed)
    assert "refused the API key" in event.reason
    assert all(key not in event.model_dump_json() for key in KEYS.values())
    sent = servers.gemini.requests[0].body.decode()
    assert "signed-by-claude" not in sent
    (turn,) = [content for content in servers.gemini.requests[0].json["contents"] if content["role"] == "model"]
    assert gemini.signatures_in(turn) == [b"skip_thought_signature_validator"]
    assert bench.types[-1] == "run_finished"


async def test_a_server_that_does_not_run_is_followed_by_no_model_elsewhere(
    servers: _Servers, connector: Connector, make_bench: MakeBench
) -> None:
    bench = await make_bench(connector=connector)
    servers.install(bench)
    servers.local.script(local.fails(404, {"message": "model not found"}))
    await bench.run(orchestrator="local", orchestrator_fallbacks=("claude",), responder="local")
    assert bench.types[-1] == "run_failed"
    assert servers.claude.requests == []
    servers.local.script(local.fails(404, {"message": "model not found"}), local.says("The answer."))
    servers.claude.script(claude.answers(claude.text(0, "A summary.")))
    seats: dict[str, Any] = {"orchestrator": "local", "orchestrator_fallbacks": ("claude",), "responder": "local"}
    await bench.run(**seats, fallback_to_paid=True)
    assert bench.types[-1] == "run_finished"
    assert len(servers.claude.requests) == 1
