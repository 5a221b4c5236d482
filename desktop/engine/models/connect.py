"""From a registry entry to a model that can be called."""

import os
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from desktop.engine.errors import KeyMissing, RequestRefused
from desktop.engine.messages import is_this_machine
from desktop.engine.models.base import Model
from desktop.engine.models.claude import ClaudeModel
from desktop.engine.models.contents import Load, no_load
from desktop.engine.models.demo import DemoOrchestrator, DemoResponder
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.models.registry import ModelEntry

KEY_NAMES: Mapping[str, str] = {"gemini": "gemini", "anthropic": "anthropic", "openai-compatible": "openai"}
"""The keyring's user name by provider."""
BASE_URL_VARIABLES: Mapping[str, str] = {
    "gemini": "GOOGLE_GEMINI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "openai-compatible": "OPENAI_BASE_URL",
}
_TIMEOUT_S = 120.0


def is_loopback(base_url: str) -> bool:
    """Whether an address is on this machine: the person's OpenAI key is not for such a server."""
    return is_this_machine(urlsplit(base_url).hostname or "")


class Keys(Protocol):
    """Where API keys come from."""

    async def get(self, provider: str) -> str | None:
        """The key of ``gemini``, ``anthropic`` or ``openai``; None where there is none."""
        ...


class Connector:
    """Makes models from registry entries, and keeps each for the next call.

    Args:
        keys: Where API keys come from.
        environment: Variables that point a provider elsewhere (B28).
        load: Where the bytes of attachments come from.
    """

    def __init__(self, keys: Keys, environment: Mapping[str, str] = os.environ, load: Load = no_load) -> None:
        self._load = load
        self._keys = keys
        self._environment = environment
        self._made: dict[tuple[ModelEntry, str, str], Model] = {}

    def redirections(self) -> dict[str, str]:
        """The environment's base addresses in force, by variable name."""
        return {name: self._environment[name] for name in BASE_URL_VARIABLES.values() if self._environment.get(name)}

    async def connect(self, entry: ModelEntry) -> Model:
        """A model ready to be called; the key is read anew each time, so that a replaced one counts.

        Args:
            entry: Which model.

        Raises:
            KeyMissing: Its provider needs a key and there is none.
            RequestRefused: It has no address.
        """
        if entry.provider == "demo":
            demo = DemoOrchestrator if entry.name == "demo-orchestrator" else DemoResponder
            return demo(load=self._load)
        base_url = entry.base_url or self._environment.get(BASE_URL_VARIABLES[entry.provider]) or None
        local_server = entry.provider == "openai-compatible" and is_loopback(entry.base_url or "")
        key = "" if local_server else await self._keys.get(KEY_NAMES[entry.provider]) or ""
        if not key and entry.provider != "openai-compatible":
            provider = "Gemini" if entry.provider == "gemini" else "Claude"
            raise KeyMissing(
                f"There is no API key for {provider}, which {entry.label} needs.",
                action="Add the key under API keys, or try the offline demo.",
            )
        identity = (entry, key, base_url or "")
        if identity not in self._made:
            self._made[identity] = self._make(entry, key, base_url)
        return self._made[identity]

    def _make(self, entry: ModelEntry, key: str, base_url: str | None) -> Model:
        if entry.provider == "gemini":
            version = self._environment.get("GOOGLE_GENAI_API_VERSION") or None
            return GeminiModel(entry.name, entry.label, key, base_url, version, _TIMEOUT_S, self._load)
        if entry.provider == "anthropic":
            return ClaudeModel(entry.name, entry.label, key, base_url, _TIMEOUT_S, self._load)
        if base_url is None or not urlsplit(base_url).netloc:
            raise RequestRefused(
                f"The model {entry.label} has no server address.", action="Choose a local server, or set base_url."
            )
        return OpenAICompatibleModel(entry.name, entry.label, key, base_url, _TIMEOUT_S, self._load)

    async def aclose(self) -> None:
        """Release all connections."""
        for model in self._made.values():
            await model.aclose()
        self._made.clear()
