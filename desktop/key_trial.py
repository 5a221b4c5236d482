"""Whether an API key works: its provider is asked for its models with exactly that key, which costs nothing."""

import time
from collections.abc import Iterable

from desktop.assembly import model_entry
from desktop.engine.models.address import host_of
from desktop.engine.models.connect import Connector, key_name
from desktop.engine.models.registry import ModelEntry
from desktop.engine.models.registry import Provider as Service
from desktop.secrets import KeyRefused, KeyStore, Provider, checked_key
from desktop.settings import Settings

LABELS = {
    Provider.GEMINI: "Google Gemini",
    Provider.ANTHROPIC: "Anthropic Claude",
    Provider.OPENAI: "OpenAI or compatible",
}
_SERVICES: dict[str, Service] = {
    "gemini": "gemini",
    "anthropic": "anthropic",
    "openai": "openai-compatible",
}
_OPENAI_URL = "https://api.openai.com/v1"


def label_of(name: str) -> str:
    """A key's name for the person: "Google Gemini, work" for ``gemini/work``."""
    provider, _, label = name.partition("/")
    words = LABELS[Provider(provider)]
    return f"{words}, {label}" if label else words


def in_order(names: Iterable[str]) -> list[str]:
    """Names of keys by provider, each provider's default one first."""
    order = list(Provider)
    return sorted(names, key=lambda name: (order.index(Provider(name.partition("/")[0])), name))


async def try_key(name: str, typed: str, *, keys: KeyStore, settings: Settings, connector: Connector) -> str:
    """Try a key.

    Args:
        name: Its name: ``gemini``, ``gemini/work``.
        typed: A key that is not saved; empty for the one that is.
        keys: Where saved ones are.
        settings: Know which models name it.
        connector: Makes models.

    Returns:
        What its provider said, in words.

    Raises:
        KeyRefused: The text cannot be a key, or there is none of that name.
        EngineError: The key does not work; says why and what to do.
    """
    from desktop.engine.models.probing import list_models

    if typed:
        keys.on_key(typed)
    found = typed or await keys.get(name)
    if found is None:
        raise KeyRefused(f"There is no key of {label_of(name)} yet.")
    key = checked_key(found)
    entry = _entry_of(name, settings)
    if entry.provider == "openai-compatible" and not connector.base_url(entry):
        entry = entry.model_copy(update={"base_url": _OPENAI_URL})
    began = time.monotonic()
    count = len(await list_models(connector, entry, key=key))
    where = f" at {host_of(url)}" if (url := connector.base_url(entry)) else ""
    models = f"{count:,} model{'' if count == 1 else 's'}"
    return f"The key works: {entry.label}{where} listed {models} in {time.monotonic() - began:.1f} s."


def _entry_of(name: str, settings: Settings) -> ModelEntry:
    """Where a key is tried: at the model that names it, else at its provider's own place."""
    provider, _, label = name.partition("/")
    words = LABELS[Provider(provider)]
    for row in settings.models:
        if label and key_name(entry := model_entry(row)) == name:
            return entry.model_copy(update={"label": words})
    return ModelEntry(key="", provider=_SERVICES[provider], name="any", label=words, key_label=label)
