"""Which faults of a real provider let the next model take over, through the real SDKs: each kind, each provider."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desktop.engine.events import AnswerFinished, FallbackUsed, RunFailed
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import ModelEntry, Provider, Registry, Role
from tests.bench import Bench, MakeBench
from tests.wire import claude, gemini
from tests.wire import openai as local
from tests.wire.certificates import serving
from tests.wire.server import Exchange, Step, WireServer, wire_server

PROVIDERS: tuple[Provider, ...] = ("gemini", "anthropic", "openai-compatible")
KEYS = {"gemini": "AIzaSy-planted-0001", "anthropic": "sk-ant-planted-0002", "openai": "sk-planted-0003"}
LOOKS: dict[Provider, Step] = {
    "gemini": gemini.answers(gemini.chunk(gemini.call("look", {"name": "1"}), finish="STOP")),
    "anthropic": claude.answers(claude.tool_use(0, "toolu_1", "look", '{"name": "1"}'), stop="tool_use"),
    "openai-compatible": local.answers(
        local.calls(local.piece(0, id="c-1", name="look", arguments='{"name": "1"}')), local.end("tool_calls")
    ),
}


class Keys:
    """Some keys."""

    def __init__(self, keys: dict[str, str]) -> None:
        self.keys = keys

    async def get(self, name: str) -> str | None:
        return self.keys.get(name)


def replies(status: int, body: bytes | dict[str, Any], kind: str = "application/json") -> Step:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, body, None if isinstance(body, dict) else {"Content-Type": kind})

    return step


def of_gemini(status: int, word: str, message: str, *details: Any) -> Step:
    return replies(status, {"error": {"code": status, "message": message, "status": word, "details": list(details)}})


DAILY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
PAGE = replies(200, b"<!doctype html><title>Router</title>", "text/html; charset=utf-8")
NO_POST = replies(405, b"<h1>Not allowed</h1>", "text/html")
PROXY = replies(407, b"Who are you?", "text/plain")
GONE: dict[Provider, Step] = {
    "gemini": of_gemini(404, "NOT_FOUND", "models/m is not found for API version v1"),
    "anthropic": claude.fails(404, "not_found_error", "model: m"),
    "openai-compatible": local.fails(404, {"message": "The model `m` does not exist", "code": "model_not_found"}),
}
WRONG_KEY: dict[Provider, Step] = {
    "gemini": of_gemini(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "anthropic": claude.fails(401, "authentication_error", "invalid x-api-key"),
    "openai-compatible": local.fails(401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}),
}
NO_QUOTA: dict[Provider, Step] = {
    "gemini": of_gemini(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", DAILY),
    "anthropic": claude.fails(400, "invalid_request_error", "Your credit balance is too low"),
    "openai-compatible": local.fails(429, {"message": "Check your plan", "code": "insufficient_quota"}),
}
CAUSES: dict[str, tuple[dict[Provider, Step], str]] = {
    "wrong key": (WRONG_KEY, "refused the API key"),
    "no quota": (NO_QUOTA, "quota or credit is used up"),
    "model gone": (GONE, "no longer serves it"),
    "web page": (dict.fromkeys(PROVIDERS, PAGE), "does not speak this provider's protocol"),
    "no such method": (dict.fromkeys(PROVIDERS, NO_POST), "does not speak this provider's protocol"),
    "proxy": (dict.fromkeys(PROVIDERS, PROXY), "a proxy on the way refused"),
}
REFUSED: dict[Provider, Step] = {
    "gemini": of_gemini(400, "INVALID_ARGUMENT", "Unknown name"),
    "anthropic": claude.fails(400, "invalid_request_error", "messages: unexpected"),
    "openai-compatible": local.fails(422, "unexpected field"),
}


@dataclasses.dataclass
class Stage:
    """A run whose gatherer fails, on a server of its own, and whose spare and writer are Claude."""

    bench: Bench
    first: WireServer
    spare: WireServer

    def install(self, provider: Provider, url: str) -> None:
        """Let the gatherer be a model of that provider at that address."""
        own = provider == "openai-compatible"
        entries = [
            ModelEntry(key="first", provider=provider, name="m", label="First", base_url=f"{url}/v1" if own else url),
            ModelEntry(key="spare", provider="anthropic", name="s", label="Spare", base_url=self.spare.url),
        ]
        role = Role(name="chat", label="Chat", orchestrator="first", responder="spare")
        self.bench.session.runner = dataclasses.replace(self.bench.session.runner, registry=Registry(entries, [role]))

    async def run(self) -> str:
        return await self.bench.run(
            orchestrator="first", orchestrator_fallbacks=("spare",), responder="spare", fallback_to_paid=True
        )

    def took_over_because(self) -> str:
        """Why the spare did; every run of these ends with its answer."""
        (event,) = self.bench.told(FallbackUsed)
        assert (event.from_model, event.to) == ("First", "Spare")
        (answer,) = self.bench.told(AnswerFinished)
        assert answer.text == "The answer."
        assert not any(key in event.model_dump_json() for key in KEYS.values())
        return event.reason


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    made = Connector(Keys(KEYS), {})
    yield made
    await made.aclose()


@pytest.fixture
async def stage(make_bench: MakeBench, connector: Connector) -> AsyncIterator[Stage]:
    async with wire_server() as first, wire_server() as spare:
        yield Stage(await make_bench(connector=connector), first, spare)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("cause", CAUSES)
async def test_the_next_model_goes_on_with_what_was_gathered(stage: Stage, provider: Provider, cause: str) -> None:
    steps, words = CAUSES[cause]
    stage.install(provider, stage.first.url)
    stage.first.script(LOOKS[provider], steps[provider])
    stage.spare.script(claude.answers(claude.text(0, "Summary.")), claude.answers(claude.text(0, "The answer.")))
    await stage.run()
    assert words in stage.took_over_because()
    assert len(stage.first.requests) == 2, "a fault for good is not tried again"
    assert stage.bench.workshop.log == ["begin look 1", "end look 1"], "and no tool runs twice"
    assert "tool_result" in stage.spare.requests[0].body.decode()


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("place", ["not vouched for", "not encrypted", "nobody there"])
async def test_an_address_that_cannot_be_used_is_left_for_the_next_model(
    stage: Stage, provider: Provider, place: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    async def says_no(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            await reader.read()
            writer.close()

    plain = await asyncio.start_server(says_no, "127.0.0.1", 0)
    async with wire_server(serving(tmp_path, "name.test")) as vouched_by_nobody, plain:
        url, words = {
            "not vouched for": (vouched_by_nobody.url, "a certificate that could not be verified"),
            "not encrypted": (f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}", "does not encrypt at this"),
            "nobody there": (f"http://127.0.0.1:{unused_tcp_port}", "could not be reached"),
        }[place]
        stage.install(provider, url)
        stage.spare.script(claude.answers(claude.text(0, "Summary.")), claude.answers(claude.text(0, "The answer.")))
        await stage.run()
        assert vouched_by_nobody.requests == [], "nothing was sent"
    assert words in stage.took_over_because()
    retried = "retrying" in stage.bench.types
    assert retried is (place == "nobody there"), "only what may pass is tried again"


@pytest.mark.parametrize("provider", ["gemini", "anthropic"])
async def test_without_a_key_the_next_model_works_and_nothing_is_sent(
    make_bench: MakeBench, provider: Provider
) -> None:
    named = {"gemini": "gemini", "anthropic": "anthropic"}[provider]
    connector = Connector(Keys({name: key for name, key in KEYS.items() if name != named}), {})
    async with wire_server() as first, wire_server() as spare:
        stage = Stage(await make_bench(connector=connector), first, spare)
        stage.install(provider, first.url)
        registry = stage.bench.session.runner.registry
        spare_entry = registry.model("spare").model_copy(
            update={"provider": "openai-compatible", "base_url": f"{spare.url}/v1"}
        )
        entries = [registry.model("first"), spare_entry]
        stage.bench.session.runner = dataclasses.replace(
            stage.bench.session.runner, registry=Registry(entries, list(registry.roles.values()))
        )
        spare.script(local.says("Summary."), local.says("The answer."))
        await stage.run()
        assert "There is no API key" in stage.took_over_because()
        assert first.requests == []
    await connector.aclose()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_request_that_a_provider_does_not_take_goes_to_no_other(stage: Stage, provider: Provider) -> None:
    stage.install(provider, stage.first.url)
    stage.first.script(REFUSED[provider])
    await stage.run()
    failed = stage.bench.events[-1]
    assert isinstance(failed, RunFailed)
    assert "cannot take this request" in failed.error
    assert stage.spare.requests == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("status", "words"), [(407, "a proxy on the way refused"), (502, "through the proxy")])
async def test_a_proxy_that_lets_nothing_through_is_named(
    stage: Stage, provider: Provider, status: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire_server() as proxy:
        proxy.always = replies(status, b"No.", "text/plain")
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        stage.install(provider, "https://llm.example.org")
        stage.spare.script(claude.answers(claude.text(0, "Summary.")), claude.answers(claude.text(0, "The answer.")))
        await stage.run()
        assert {request.method for request in proxy.requests} == {"CONNECT"}
        assert not any(KEYS["gemini"] in str(request) for request in proxy.requests)
    assert words in stage.took_over_because()
