"""Finds servers on this machine that speak OpenAI's protocol."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from desktop.engine.models.address import host_of

if TYPE_CHECKING:
    import httpx2

USUAL_PORTS: Final[Sequence[tuple[str, int]]] = (
    ("Ollama", 11434),
    ("LM Studio", 1234),
    ("llama.cpp", 8080),
    ("vLLM", 8000),
)
_LIMIT_BYTES = 1_000_000


class LocalServer(NamedTuple):
    """A server that was found.

    Attributes:
        label: The name of the program that usually has the port.
        base_url: What an OpenAI-compatible model takes as its address.
        models: Names of its models, as the server lists them.
    """

    label: str
    base_url: str
    models: tuple[str, ...]


async def find_local_servers(
    ports: Sequence[tuple[str, int]] = USUAL_PORTS, *, timeout_s: float = 1.0
) -> list[LocalServer]:
    """Ask the usual ports of 127.0.0.1 for their models, all at once.

    Args:
        ports: Label and port of each server to look for.
        timeout_s: Seconds for the whole search.

    Returns:
        The servers that answered in time with a list of models, in the order of ``ports``.
    """
    client = await asyncio.to_thread(_new_client)
    async with client:
        questions = (_ask(client, label, f"http://127.0.0.1:{port}/v1", timeout_s) for label, port in ports)
        found = await asyncio.gather(*questions)
    return [server for server in found if server is not None]


async def look_at_server(address: str, *, timeout_s: float = 5.0) -> LocalServer | None:
    """Ask one address for its models, also where its ``/v1`` was left out.

    Args:
        address: As a person writes it: ``localhost:8080``, ``http://10.0.0.2:1234/v1``.
        timeout_s: Seconds for each question.

    Returns:
        The server, labelled with its host; None where nothing there answers as an OpenAI-compatible server.
    """
    base_url = address.strip().rstrip("/")
    if "://" not in base_url:
        base_url = f"http://{base_url}"
    candidates = [base_url] if base_url.endswith("/v1") else [base_url, f"{base_url}/v1"]
    client = await asyncio.to_thread(_new_client)
    async with client:
        for candidate in candidates:
            if (found := await _ask(client, host_of(candidate), candidate, timeout_s)) is not None:
                return found
    return None


def _new_client() -> "httpx2.AsyncClient":
    import httpx2  # in a worker thread, as it takes a while

    # No proxy and no redirect: the question stays on this machine.
    return httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=None)


async def _ask(client: "httpx2.AsyncClient", label: str, base_url: str, timeout_s: float) -> LocalServer | None:
    import httpx2

    body = b""
    try:
        async with asyncio.timeout(timeout_s), client.stream("GET", f"{base_url}/models") as response:
            if response.status_code != 200:
                return None
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _LIMIT_BYTES:
                    return None
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
        return None
    models = _names_in(body)
    return None if models is None else LocalServer(label, base_url, models)


def _names_in(body: bytes) -> tuple[str, ...] | None:
    """The names in a list of models; None where the answer is no such list, as some other program has the port."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        return None
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, list):
        # Ollama without a model lists null.
        return () if isinstance(said, dict) and said.get("object") == "list" and data is None else None
    return tuple(entry["id"] for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str))
