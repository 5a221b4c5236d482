"""Asking a provider what models it has, and a model whether it works: on request only, in words."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

from desktop.engine.errors import ModelError, ModelTimeout, ModelUnusable
from desktop.engine.models.base import Model
from desktop.engine.models.connect import Connector
from desktop.engine.models.http_faults import fault_for_transport, fault_of_key
from desktop.engine.models.raised import raised_in
from desktop.engine.models.registry import ModelEntry
from desktop.engine.models.web_pages import HOOKS
from desktop.engine.requests import ModelRequest, UserText

_ASK: Final = ModelRequest(items=(UserText(text="Reply with the word OK."),), max_output_tokens=512)
_MOST: Final = 1000


async def list_models(
    connector: Connector, entry: ModelEntry, *, key: str | None = None, timeout_s: float = 20.0
) -> list[str]:
    """The names of the models that a provider has, as its own SDK lists them.

    Args:
        connector: Gives the key and the address.
        entry: Names the provider, the host and the key; its model counts for nothing.
        key: The key to ask with, in the place of the one that the entry names.
        timeout_s: Seconds for all of it.

    Raises:
        ModelError: There is no list; says why.
    """
    if entry.provider == "demo":
        return [entry.name]
    if key is None:
        key = await connector.key(entry)
    base_url = connector.base_url(entry)
    if fault := fault_of_key(entry.label, key or "no-key"):
        raise fault
    if entry.provider == "openai-compatible" and not base_url:
        raise ModelUnusable("There is no server address.", action="Enter the server's address.")
    reader = {"gemini": _of_gemini, "anthropic": _of_claude}.get(entry.provider, _of_openai)
    caught: Exception | None = None
    try:
        async with asyncio.timeout(timeout_s):
            names: Sequence[str] = await reader(key or "no-key", base_url, connector.api_version)
            return sorted(dict.fromkeys(names))[:_MOST]
    except TimeoutError:
        caught = ModelTimeout(f"{entry.label} did not answer in time.", action="Check the address and try again.")
    except Exception as error:  # every SDK has a tree of its own; what is no fault of theirs goes up below
        caught = await asyncio.to_thread(_fault_of, entry, error) or error
    raise caught


async def try_model(model: Model, *, timeout_s: float = 30.0) -> None:
    """Ask a model for a word; the first thing that comes of it is enough.

    Args:
        model: Which model.
        timeout_s: Seconds until it counts as not answering.

    Raises:
        ModelError: It does not work; says why, and what to do.
    """
    try:
        async with asyncio.timeout(timeout_s), contextlib.aclosing(model.stream(_ASK)) as chunks:
            async for _ in chunks:
                return
    except TimeoutError:
        pass
    raise ModelTimeout(
        f"{model.info.label} did not answer within {timeout_s:g} seconds.",
        action="Try again; a local server may still be loading the model.",
    )


async def _of_gemini(key: str, base_url: str | None, api_version: str | None) -> list[str]:
    def open_client() -> tuple[Any, Any]:
        import httpx2
        from google import genai
        from google.genai import types

        from desktop.engine.models.gemini import DEFAULT_API_VERSION, PUBLIC_URL

        http = httpx2.AsyncClient(follow_redirects=False, timeout=None, event_hooks=HOOKS)
        options = types.HttpOptions(
            base_url=base_url or PUBLIC_URL, api_version=api_version or DEFAULT_API_VERSION, httpx_async_client=http
        )
        return genai.Client(vertexai=False, api_key=key, http_options=options), http

    client, http = await asyncio.to_thread(open_client)
    async with http:
        pager = await client.aio.models.list(config={"page_size": 200})
        names = []
        async for model in pager:
            actions = model.supported_actions
            if model.name and (not actions or "generateContent" in actions):
                names.append(model.name.removeprefix("models/"))
        return names


async def _of_claude(key: str, base_url: str | None, _api_version: str | None) -> list[str]:
    def open_client() -> Any:
        import anthropic

        from desktop.engine.models.claude import PUBLIC_URL

        return anthropic.AsyncAnthropic(
            api_key=key,
            base_url=base_url or PUBLIC_URL,
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks=HOOKS),
        )

    client = await asyncio.to_thread(open_client)
    async with client:
        headers = {"Authorization": f"Bearer {key}"}  # else the environment could put another key in its place
        return [model.id async for model in client.models.list(limit=100, extra_headers=headers)]


async def _of_openai(key: str, base_url: str | None, _api_version: str | None) -> list[str]:
    def open_client() -> Any:
        import httpx2
        import openai

        client = openai.AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            http_client=httpx2.AsyncClient(follow_redirects=False, event_hooks=HOOKS),
            default_headers={"Authorization": f"Bearer {key}"},
        )
        client.organization = client.project = None
        return client

    client = await asyncio.to_thread(open_client)
    async with client:
        return [model.id async for model in client.models.list()]


def _fault_of(entry: ModelEntry, error: Exception) -> ModelError | None:
    """The error in the engine's words; None for a bug. It may import an SDK: for a worker thread."""
    if isinstance(error, ModelError):
        return error
    if entry.provider == "gemini":
        from desktop.engine.models.gemini_faults import fault_of

        return fault_of(entry.label, error)
    import httpx2

    from desktop.engine.models.http_faults import fault_for_status

    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        body = getattr(error, "body", None)
        return fault_for_status(entry.label, status, str(body) if body else "")
    cause = error.__cause__ or error
    if isinstance(cause, httpx2.HTTPError | httpx2.InvalidURL | OSError) or type(error).__name__.startswith("APIConn"):
        return fault_for_transport(entry.label, error)
    if raised_in(error, "openai", "anthropic", "httpx2", "pydantic"):
        return ModelUnusable(f"{entry.label} sent no list of models.", action="Check the address set for it.")
    return None
