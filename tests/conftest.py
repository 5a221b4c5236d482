"""What every test lives under: no network but loopback, no environment of the person's, folders of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_LOOPBACK = ("127.", "::1", "localhost")


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
        raise RuntimeError(f"a test tried to reach {address[0]!r}; only loopback is allowed")


sys.addaudithook(_refuse_the_network)

_OF_THE_PERSON = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "GOOGLE_GENAI_API_VERSION",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_BASE_URL",
)


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, so that nothing of the person's is read or written."""
    home = tmp_path_factory.mktemp("home")
    for name in _OF_THE_PERSON:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", os.fspath(home))
    for variable, folder in (
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_DOCUMENTS_DIR", "documents"),
    ):
        monkeypatch.setenv(variable, os.fspath(home / folder))
    return home


@pytest.fixture(autouse=True)
def _own_pictures() -> Iterator[None]:
    """Small pictures of its own for each test: those of the process would ask the engine of a test before."""
    yield
    pictures = sys.modules.get("desktop.views.attachment_pictures")
    shared = getattr(pictures, "shared_pictures", None)
    if shared is not None and hasattr(shared, "cache_clear"):
        shared.cache_clear()
