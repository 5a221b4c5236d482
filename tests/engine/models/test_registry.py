"""Models and roles by name."""

import pytest

from desktop.engine.errors import UnknownName
from desktop.engine.models.registry import BUILTIN_MODELS, DEMO_ORCHESTRATOR, ModelEntry, Registry, Role

CHAT = Role(name="chat", label="Chat", orchestrator="demo-orchestrator", responder="demo-responder")
CODER = Role(name="coder", label="Coder", orchestrator="own", responder="own")
OWN = ModelEntry(
    key="own", provider="openai-compatible", name="qwen", label="Qwen", base_url="http://localhost:1234/v1"
)


def test_the_first_role_is_the_default() -> None:
    assert Registry([], [CODER, CHAT]).default_role == CODER
    assert Registry([], [CHAT, CODER]).role("coder") == CODER


def test_built_in_models_are_there_and_ones_own_win() -> None:
    own = DEMO_ORCHESTRATOR.model_copy(update={"label": "Mine"})
    registry = Registry([OWN, own], [CHAT])
    assert registry.model("own") == OWN
    assert registry.model("demo-orchestrator").label == "Mine"
    assert set(registry.models) == {entry.key for entry in BUILTIN_MODELS} | {"own"}


def test_an_unknown_model_or_role_is_named_with_those_there_are() -> None:
    registry = Registry([], [CHAT, CODER])
    with pytest.raises(UnknownName, match="There is no model 'gpt'") as unknown:
        registry.model("gpt")
    assert "demo-orchestrator" in unknown.value.action
    with pytest.raises(UnknownName, match="There is no role 'poet'") as unknown:
        registry.role("poet")
    assert unknown.value.action == "Use one of: chat, coder."


def test_keys_of_built_in_models_are_unique() -> None:
    keys = [entry.key for entry in BUILTIN_MODELS]
    assert len(keys) == len(set(keys))
