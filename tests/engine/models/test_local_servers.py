"""The search for servers on this machine."""

import asyncio
from urllib.parse import urlsplit

import pytest

from desktop.engine.models.local_servers import LocalServer, find_local_servers
from tests.wire import openai as wire
from tests.wire.server import Exchange, wire_server


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


async def test_server_is_found_with_its_models(unused_tcp_port: int) -> None:
    async with wire_server() as server:
        server.script(wire.lists("qwen3", "llama4"))
        port = port_of(server.url)
        found = await find_local_servers([("Ollama", port), ("vLLM", unused_tcp_port)])
        assert found == [LocalServer("Ollama", f"http://127.0.0.1:{port}/v1", ("qwen3", "llama4"))]
        (request,) = server.requests
        assert (request.method, request.path) == ("GET", "/v1/models")
        assert "authorization" not in request.headers


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": 5}', b'{"error": "no"}', b"x" * 1_100_000])
async def test_other_programs_on_the_port_are_passed_over(body: bytes) -> None:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(200, body)

    async with wire_server() as server:
        server.script(step)
        assert await find_local_servers([("llama.cpp", port_of(server.url))]) == []


async def test_server_without_a_model_is_found() -> None:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(200, {"object": "list", "data": None})

    async with wire_server() as server:
        server.script(step)
        (found,) = await find_local_servers([("Ollama", port_of(server.url))])
        assert found.models == ()


async def test_redirect_is_not_followed() -> None:
    async with wire_server() as server, wire_server() as elsewhere:
        server.script(wire.redirects_to(f"{elsewhere.url}/v1/models"))
        assert await find_local_servers([("Ollama", port_of(server.url))]) == []
        assert elsewhere.requests == []


async def test_silent_server_is_given_up_and_does_not_hide_another() -> None:
    async def silent(exchange: Exchange) -> None:
        await exchange.wait_for_disconnect()

    async with wire_server() as server, wire_server() as other:
        server.script(silent)
        other.script(wire.lists("qwen3"))
        ports = [("Ollama", port_of(server.url)), ("LM Studio", port_of(other.url))]
        async with asyncio.timeout(10):
            found = await find_local_servers(ports, timeout_s=0.2)
            await server.closed.wait()
        assert [entry.label for entry in found] == ["LM Studio"]
