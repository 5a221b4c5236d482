"""From a registry entry to a model: keys, addresses, and what is kept."""

import pytest

from desktop.engine.errors import KeyMissing, ModelUnusable
from desktop.engine.messages import JsonObject, ModelInfo
from desktop.engine.models.connect import Connector, is_loopback, key_name, with_key_of
from desktop.engine.models.demo import DemoOrchestrator, DemoResponder
from desktop.engine.models.registry import DEMO_ORCHESTRATOR, DEMO_RESPONDER, ModelEntry
from desktop.engine.requests import ModelRequest, UserText
from tests.wire import openai as wire
from tests.wire.reading import turn_of
from tests.wire.server import WireServer

GEMINI = ModelEntry(key="g", provider="gemini", name="gemini-x", label="Gemini X")
CLAUDE = ModelEntry(key="c", provider="anthropic", name="claude-x", label="Claude X")
LOCAL = ModelEntry(
    key="l", provider="openai-compatible", name="qwen", label="Qwen", base_url="http://127.0.0.1:11434/v1"
)
REMOTE = ModelEntry(
    key="r", provider="openai-compatible", name="gpt", label="GPT", base_url="https://llm.example.org/v1"
)


OPENAI = REMOTE.model_copy(update={"base_url": "https://api.openai.com/v1"})


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
    for entry in (GEMINI, CLAUDE, OPENAI):
        model = await connector.connect(entry)
        assert (model.info.name, model.info.label) == (entry.name, entry.label)
    assert keys.asked == ["gemini", "anthropic", "openai"]
    await connector.aclose()


@pytest.mark.parametrize(
    ("address", "label", "expected"),
    [
        ("https://api.openai.com/v1", "", "openai"),
        ("https://api.openai.com:443/v1", "", "openai"),
        (None, "", "openai"),
        ("http://api.openai.com/v1", "", None),
        ("https://api.openai.com.example.org/v1", "", None),
        ("https://api.openai.com@example.org/v1", "", None),
        ("https://api.openai.com:8443/v1", "", None),
        ("https://llm.example.org/v1", "", None),
        ("http://127.0.0.1:8000/v1", "", None),
        ("https://llm.example.org/v1", "example", "openai/example"),
        ("http://127.0.0.1:8000/v1", "vllm", "openai/vllm"),
    ],
)
def test_the_key_of_openai_is_for_openai_alone(address: str | None, label: str, expected: str | None) -> None:
    entry = REMOTE.model_copy(update={"base_url": address, "key_label": label})
    assert key_name(entry) == expected


async def test_a_server_elsewhere_gets_no_key_of_openai(server: WireServer) -> None:
    server.script(wire.says("Hello."))
    entry = REMOTE.model_copy(update={"base_url": f"{server.url}/v1"})
    connector = Connector(Keys(openai="o-key"), {})
    await turn_of(await connector.connect(entry), ModelRequest(items=(UserText(text="Hi"),)))
    assert server.requests[0].headers["authorization"] == "Bearer no-key"
    await connector.aclose()


async def test_a_key_with_a_label_goes_where_its_model_is(server: WireServer) -> None:
    server.script(wire.says("Hello."))
    entry = REMOTE.model_copy(update={"base_url": f"{server.url}/v1", "key_label": "lab"})
    connector = Connector(Keys(openai="o-key", **{"openai/lab": "lab-key"}), {})
    await turn_of(await connector.connect(entry), ModelRequest(items=(UserText(text="Hi"),)))
    assert server.requests[0].headers["authorization"] == "Bearer lab-key"
    await connector.aclose()


async def test_a_missing_key_with_a_label_is_named() -> None:
    entry = CLAUDE.model_copy(update={"key_label": "work"})
    with pytest.raises(KeyMissing, match="no API key for Claude named 'work'"):
        await Connector(Keys(anthropic="private"), {}).connect(entry)


async def test_the_options_of_an_entry_are_sent_and_do_not_replace_the_conversation(server: WireServer) -> None:
    server.script(wire.says("Hello."))
    options: JsonObject = {"temperature": 0.2, "messages": [], "stream": False}
    entry = LOCAL.model_copy(update={"base_url": f"{server.url}/v1", "options": options})
    connector = Connector(Keys(), {})
    await turn_of(await connector.connect(entry), ModelRequest(items=(UserText(text="Hi"),)))
    sent = server.requests[0].json
    assert sent["temperature"] == 0.2
    assert sent["stream"] is True
    assert sent["messages"] == [{"role": "user", "content": "Hi"}]
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
    with pytest.raises(ModelUnusable, match="has no server address"):
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


def test_a_role_names_keys_for_models_that_name_none() -> None:
    names = ("openai/lab", "gemini/work", "gemini/home")
    assert with_key_of(GEMINI, names).key_label == "work"
    assert with_key_of(CLAUDE, names) == CLAUDE
    assert with_key_of(OPENAI, names).key_label == "lab"
    assert with_key_of(LOCAL, names) == LOCAL, "OpenAI's keys are no other server's business"
    own = GEMINI.model_copy(update={"key_label": "own"})
    assert with_key_of(own, names) == own
    assert with_key_of(DEMO_RESPONDER, names) == DEMO_RESPONDER
