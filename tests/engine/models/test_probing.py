"""Lists of models and tests of a model: the real SDKs against scripted servers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from desktop.engine.errors import (
    ConnectionLost,
    KeyMissing,
    KeyRejected,
    ModelError,
    ModelTimeout,
    ModelUnavailable,
    ModelUnusable,
    QuotaExhausted,
)
from desktop.engine.models.connect import Connector
from desktop.engine.models.probing import list_models, try_model
from desktop.engine.models.registry import ModelEntry, Provider
from tests.wire import claude, gemini, openai
from tests.wire.server import Exchange, Step, WireServer

KEYS = {"gemini": "AIza-planted", "anthropic": "sk-ant-planted", "openai/lab": "sk-planted"}
LISTS: dict[str, dict[str, Any]] = {
    "gemini": {
        "models": [
            {"name": "models/gemini-b", "supportedGenerationMethods": ["generateContent"]},
            {"name": "models/gemini-a"},
            {"name": "models/embedding", "supportedGenerationMethods": ["embedContent"]},
        ]
    },
    "anthropic": {
        "data": [
            {"id": name, "type": "model", "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
            for name in ("claude-b", "claude-a")
        ],
        "has_more": False,
        "first_id": "claude-b",
        "last_id": "claude-a",
    },
    "openai-compatible": {"object": "list", "data": [{"id": "qwen", "object": "model", "created": 1, "owned_by": "x"}]},
}
EXPECTED = {
    "gemini": ["gemini-a", "gemini-b"],
    "anthropic": ["claude-a", "claude-b"],
    "openai-compatible": ["qwen"],
}
PROVIDERS: tuple[Provider, ...] = ("gemini", "anthropic", "openai-compatible")


class _Keys:
    def __init__(self, keys: dict[str, str]) -> None:
        self._keys = keys

    async def get(self, name: str) -> str | None:
        return self._keys.get(name)


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    made = Connector(_Keys(KEYS), {})
    yield made
    await made.aclose()


def entry_at(provider: Provider, url: str) -> ModelEntry:
    own = provider == "openai-compatible"
    address = f"{url}/v1" if own else url
    return ModelEntry(
        key="m", provider=provider, name="some-model", label="Mine", base_url=address, key_label="lab" if own else ""
    )


def replies(status: int, body: dict[str, Any]) -> Step:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, body)

    return step


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_models_of_a_provider_are_listed(
    server: WireServer, connector: Connector, provider: Provider
) -> None:
    server.script(replies(200, LISTS[provider]))
    assert await list_models(connector, entry_at(provider, server.url)) == EXPECTED[provider]
    (request,) = server.requests
    assert request.method == "GET"
    assert any(key in str(request.headers) for key in KEYS.values())


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRejected), (404, ModelUnavailable), (307, ModelUnusable)], ids=str
)
async def test_a_list_that_does_not_come_is_explained_without_the_key(
    server: WireServer, connector: Connector, provider: Provider, status: int, kind: type[ModelError]
) -> None:
    server.script(replies(status, {"error": {"message": f"no: {' '.join(KEYS.values())}", "type": "x"}}))
    with pytest.raises(kind) as raised:
        await list_models(connector, entry_at(provider, server.url))
    assert raised.value.action
    assert not any(key in f"{raised.value} {raised.value.action}" for key in KEYS.values())


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_host_that_is_not_reached_is_told(
    connector: Connector, provider: Provider, unused_tcp_port: int
) -> None:
    with pytest.raises(ConnectionLost, match="could not be reached"):
        await list_models(connector, entry_at(provider, f"http://127.0.0.1:{unused_tcp_port}"))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_without_a_key_nothing_is_asked(server: WireServer, provider: Provider) -> None:
    with pytest.raises(KeyMissing):
        await list_models(Connector(_Keys({}), {}), entry_at(provider, server.url))
    assert server.requests == []


@pytest.mark.parametrize(
    ("kind", "words"), [("text/html; charset=utf-8", "does not speak this"), ("text/plain", "sent no list")]
)
async def test_a_page_that_is_no_list_is_told(server: WireServer, connector: Connector, kind: str, words: str) -> None:
    async def page(exchange: Exchange) -> None:
        await exchange.reply(200, b"<html>Welcome</html>", {"Content-Type": kind})

    server.script(page)
    with pytest.raises(ModelUnusable, match=words):
        await list_models(connector, entry_at("openai-compatible", server.url))


@pytest.mark.parametrize(
    ("provider", "step"),
    [
        ("gemini", gemini.says("OK")),
        ("anthropic", claude.answers(claude.text(0, "OK"))),
        ("openai-compatible", openai.says("OK")),
        ("openai-compatible", openai.keeps_open(openai.text("O"))),
    ],
)
async def test_a_model_that_works_passes(
    server: WireServer, connector: Connector, provider: Provider, step: Step
) -> None:
    server.script(step)
    await try_model(await connector.connect(entry_at(provider, server.url)))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("provider", "step", "kind"),
    [
        ("gemini", gemini.fails(404, "models/some-model is not found", word="NOT_FOUND"), ModelUnavailable),
        ("anthropic", claude.fails(401, "authentication_error", "invalid x-api-key"), KeyRejected),
        ("openai-compatible", openai.fails(429, {"code": "insufficient_quota"}), QuotaExhausted),
    ],
)
async def test_a_model_that_does_not_work_says_why(
    server: WireServer, connector: Connector, provider: Provider, step: Step, kind: type[ModelError]
) -> None:
    server.script(step)
    with pytest.raises(kind):
        await try_model(await connector.connect(entry_at(provider, server.url)))


async def test_a_silent_model_is_given_up(server: WireServer, connector: Connector) -> None:
    server.script(openai.keeps_open())
    with pytest.raises(ModelTimeout):
        await try_model(await connector.connect(entry_at("openai-compatible", server.url)), timeout_s=0.3)
