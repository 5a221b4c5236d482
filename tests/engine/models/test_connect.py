"""From a registry entry to a model: keys, addresses, and what is kept."""

import pytest

from desktop.engine.errors import KeyMissing, RequestRefused
from desktop.engine.messages import ModelInfo
from desktop.engine.models.connect import Connector, is_loopback
from desktop.engine.models.demo import DemoOrchestrator, DemoResponder
from desktop.engine.models.registry import DEMO_ORCHESTRATOR, DEMO_RESPONDER, ModelEntry

GEMINI = ModelEntry(key="g", provider="gemini", name="gemini-x", label="Gemini X")
CLAUDE = ModelEntry(key="c", provider="anthropic", name="claude-x", label="Claude X")
LOCAL = ModelEntry(
    key="l", provider="openai-compatible", name="qwen", label="Qwen", base_url="http://127.0.0.1:11434/v1"
)
REMOTE = ModelEntry(
    key="r", provider="openai-compatible", name="gpt", label="GPT", base_url="https://llm.example.org/v1"
)


class Keys:
    """Keys in a dictionary; remembers what was asked for."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.asked: list[str] = []

    async def get(self, provider: str) -> str | None:
        self.asked.append(provider)
        return self.keys.get(provider)


async def test_demo_models_need_no_key() -> None:
    keys = Keys()
    connector = Connector(keys, {})
    assert isinstance(await connector.connect(DEMO_ORCHESTRATOR), DemoOrchestrator)
    assert isinstance(await connector.connect(DEMO_RESPONDER), DemoResponder)
    assert keys.asked == []


@pytest.mark.parametrize(("entry", "who"), [(GEMINI, "Gemini"), (CLAUDE, "Claude")])
async def test_a_missing_key_is_said_with_what_to_do(entry: ModelEntry, who: str) -> None:
    with pytest.raises(KeyMissing, match=f"no API key for {who}, which {entry.label} needs") as missing:
        await Connector(Keys(), {}).connect(entry)
    assert "Add the key" in missing.value.action


async def test_each_provider_is_given_its_own_key() -> None:
    keys = Keys(gemini="g-key", anthropic="a-key", openai="o-key")
    connector = Connector(keys, {})
    for entry in (GEMINI, CLAUDE, REMOTE):
        model = await connector.connect(entry)
        assert (model.info.name, model.info.label) == (entry.name, entry.label)
    assert keys.asked == ["gemini", "anthropic", "openai"]
    await connector.aclose()


async def test_a_server_on_this_machine_is_given_no_key() -> None:
    keys = Keys(openai="o-key")
    connector = Connector(keys, {})
    model = await connector.connect(LOCAL)
    assert keys.asked == []
    assert model.info.host == "127.0.0.1:11434"
    assert model.info.is_local
    await connector.aclose()


async def test_a_model_is_kept_until_its_key_is_replaced() -> None:
    keys = Keys(anthropic="old")
    connector = Connector(keys, {})
    first = await connector.connect(CLAUDE)
    assert await connector.connect(CLAUDE) is first
    keys.keys["anthropic"] = "new"
    assert await connector.connect(CLAUDE) is not first
    await connector.aclose()


async def test_the_environment_points_a_provider_elsewhere_and_the_entry_wins_over_it() -> None:
    environment = {
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9001",
        "OPENAI_BASE_URL": "http://127.0.0.1:9002/v1",
        "GOOGLE_GEMINI_BASE_URL": "",
    }
    connector = Connector(Keys(anthropic="k", openai="k", gemini="k"), environment)
    assert (await connector.connect(CLAUDE)).info.host == "127.0.0.1:9001"
    assert (await connector.connect(REMOTE)).info.host == "llm.example.org"
    bare = REMOTE.model_copy(update={"base_url": None})
    assert (await connector.connect(bare)).info.host == "127.0.0.1:9002"
    assert connector.redirections() == {
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9001",
        "OPENAI_BASE_URL": "http://127.0.0.1:9002/v1",
    }
    await connector.aclose()


@pytest.mark.parametrize("address", [None, "localhost", "not an address"])
async def test_a_compatible_server_needs_an_address(address: str | None) -> None:
    entry = REMOTE.model_copy(update={"base_url": address})
    with pytest.raises(RequestRefused, match="has no server address"):
        await Connector(Keys(openai="k"), {}).connect(entry)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:1234/v1", True),
        ("http://127.0.0.2/v1", True),
        ("http://[::1]:8080", True),
        ("https://localhost.example.org", False),
        ("https://127.example.org", False),
        ("http://192.168.0.4:11434", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_a_model_elsewhere_is_not_local_whatever_its_name() -> None:
    hosts = {"localhost:1234": True, "127.0.0.1": True, "[::1]:8080": True, "127.example.org": False, "::": False}
    for host, expected in hosts.items():
        info = ModelInfo(provider="openai-compatible", name="m", label="M", host=host)
        assert info.is_local is expected, host
