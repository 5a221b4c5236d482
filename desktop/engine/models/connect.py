"""From a registry entry to a model that can be called."""

import os
from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from desktop.engine.errors import KeyMissing, ModelUnusable
from desktop.engine.messages import ModelInfo, is_this_machine
from desktop.engine.models import claude, gemini
from desktop.engine.models.address import host_of
from desktop.engine.models.base import Model
from desktop.engine.models.claude import ClaudeModel
from desktop.engine.models.contents import Load, no_load
from desktop.engine.models.demo import DemoOrchestrator, DemoResponder
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.models.registry import KEY_NAMES, ModelEntry

BASE_URL_VARIABLES: Mapping[str, str] = {
    "gemini": "GOOGLE_GEMINI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "openai-compatible": "OPENAI_BASE_URL",
}
OPENAI_HOST = "api.openai.com"
_PUBLIC_URLS = {"gemini": gemini.PUBLIC_URL, "anthropic": claude.PUBLIC_URL}
_WHO = {"gemini": "Gemini", "anthropic": "Claude", "openai-compatible": "OpenAI"}
_TIMEOUT_S = 120.0


def is_loopback(base_url: str) -> bool:
    """Whether an address is on this machine."""
    return is_this_machine(urlsplit(base_url).hostname or "")


def key_name(entry: ModelEntry) -> str | None:
    """Which key a model is given.

    Args:
        entry: Which model.

    Returns:
        ``gemini``, ``anthropic`` or ``openai`` for a provider's default key, ``openai/work`` for one with a label; None
        where none goes: the default key of OpenAI is for OpenAI (or for where the environment points that), and for
        no other server.
    """
    if entry.provider == "demo":
        return None
    owner = KEY_NAMES[entry.provider]
    if entry.key_label:
        return f"{owner}/{entry.key_label}"
    if entry.provider == "openai-compatible" and entry.base_url and not _is_openai(entry.base_url):
        return None
    return owner


def with_key_of(entry: ModelEntry, names: Sequence[str]) -> ModelEntry:
    """A model with the key that a role names for it.

    Args:
        entry: The model; one with a label of its own keeps that, and one that gets no default key gets none here.
        names: Names of further keys: ``gemini/work``.
    """
    owner = None if entry.key_label else key_name(entry)
    labels = [label for who, _, label in (name.partition("/") for name in names) if who == owner and label]
    return entry.model_copy(update={"key_label": labels[0]}) if labels else entry


def _is_openai(base_url: str) -> bool:
    parts = urlsplit(base_url)
    return parts.scheme == "https" and host_of(base_url) == OPENAI_HOST


class Keys(Protocol):
    """Where API keys come from."""

    async def get(self, name: str) -> str | None:
        """A key by its name (see ``key_name``); None where there is none."""
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
        self._made: dict[tuple[str, str, str], Model] = {}

    def redirections(self) -> dict[str, str]:
        """The environment's base addresses in force, by variable name."""
        return {name: self._environment[name] for name in BASE_URL_VARIABLES.values() if self._environment.get(name)}

    @property
    def api_version(self) -> str | None:
        """The environment's version of Gemini's API; None for the program's own choice."""
        return self._environment.get("GOOGLE_GENAI_API_VERSION") or None

    def base_url(self, entry: ModelEntry) -> str | None:
        """Where a model is asked, where that is not the provider's own place."""
        if entry.provider == "demo":
            return None
        return entry.base_url or self._environment.get(BASE_URL_VARIABLES[entry.provider]) or None

    def info(self, entry: ModelEntry) -> ModelInfo:
        """Which model, and where it runs."""
        if entry.provider == "demo":
            host = "this program"
        else:
            host = host_of(self.base_url(entry) or _PUBLIC_URLS.get(entry.provider, ""))
        return ModelInfo(provider=entry.provider, name=entry.name, label=entry.label, host=host)

    async def key(self, entry: ModelEntry) -> str:
        """The key that a model is given; empty where it is given none.

        Raises:
            KeyMissing: It needs one and there is none.
        """
        name = key_name(entry)
        key = await self._keys.get(name) if name is not None else None
        needs_key = entry.provider != "openai-compatible" or entry.key_label or _is_openai(entry.base_url or "")
        if not key and name is not None and needs_key:
            which = f" named {entry.key_label!r}" if entry.key_label else ""
            raise KeyMissing(
                f"There is no API key for {_WHO[entry.provider]}{which}, which {entry.label} needs.",
                action="Add the key under API keys, or try the offline demo.",
            )
        return key or ""

    async def connect(self, entry: ModelEntry) -> Model:
        """A model ready to be called; the key is read anew each time, so that a replaced one counts.

        Args:
            entry: Which model.

        Raises:
            KeyMissing: Its provider needs a key and there is none.
            ModelUnusable: It has no address.
        """
        if entry.provider == "demo":
            demo = DemoOrchestrator if entry.name == "demo-orchestrator" else DemoResponder
            return demo(load=self._load)
        base_url = self.base_url(entry)
        key = await self.key(entry)
        identity = (entry.model_dump_json(), key, base_url or "")
        if identity not in self._made:
            self._made[identity] = self._make(entry, key, base_url)
        return self._made[identity]

    def _make(self, entry: ModelEntry, key: str, base_url: str | None) -> Model:
        if entry.provider == "gemini":
            return GeminiModel(
                entry.name, entry.label, key, base_url, self.api_version, _TIMEOUT_S, self._load, entry.options
            )
        if entry.provider == "anthropic":
            return ClaudeModel(entry.name, entry.label, key, base_url, _TIMEOUT_S, self._load, entry.options)
        if base_url is None or not urlsplit(base_url).netloc:
            raise ModelUnusable(
                f"The model {entry.label} has no server address.", action="Choose a local server, or set base_url."
            )
        return OpenAICompatibleModel(entry.name, entry.label, key, base_url, _TIMEOUT_S, self._load, entry.options)

    async def aclose(self) -> None:
        """Release all connections."""
        for model in self._made.values():
            await model.aclose()
        self._made.clear()
