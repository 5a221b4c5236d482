"""Which models and roles there are."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from desktop.engine.errors import UnknownName
from desktop.engine.gate import Access
from desktop.engine.messages import JsonObject, Value

Provider = Literal["gemini", "anthropic", "openai-compatible", "demo"]
KEY_NAMES: Mapping[str, str] = {"gemini": "gemini", "anthropic": "anthropic", "openai-compatible": "openai"}
"""The keyring's user name by provider, of its default key; a further one has its label behind a slash."""


class ModelEntry(Value):
    """A model that a role can name.

    Attributes:
        key: What roles and settings call it.
        provider: Who serves it.
        name: The provider's name of it.
        label: The name shown to the person.
        base_url: Where it is served; None for the provider's own place.
        inputs: What it reads beside text; None for what its provider is known to take.
        key_label: Which of the keys for its provider, or for its own place, it is given; empty for the default one.
        context_tokens: How much it can read at once; None where that is not known.
        options: Fields of the provider's own request, sent as they are.
    """

    key: str
    provider: Provider
    name: str
    label: str
    base_url: str | None = None
    inputs: tuple[Literal["image", "pdf"], ...] | None = None
    key_label: str = ""
    context_tokens: int | None = Field(default=None, ge=1)
    options: JsonObject = Field(default_factory=dict)


class Role(Value):
    """How a run works.

    Attributes:
        name: What settings and the command line call it.
        label: The name shown to the person.
        orchestrator: Key of the model that gathers.
        responder: Key of the model that writes.
        orchestrator_fallbacks: Keys of the models that take over from the orchestrator, in order.
        responder_fallbacks: The same for the responder.
        fallback_to_paid: Whether a model elsewhere, or one that costs, may take over from one on this machine.
        tools_enabled: False: the responder answers alone.
        answer: Who gives the answer.
        tools: The tool list; None for all that the access level has. It narrows and never widens.
        access: Lowers the person's access level; None leaves it.
        max_rounds: Lowers the global round limit; None leaves it.
        inject_datetime: Whether the system prompts tell the time.
        inject_mode: Whether they tell the mode.
        persona: Name of the persona's file; empty for the default.
        keys: Names of further keys that its models are given where they name none themselves.
    """

    name: str
    label: str
    orchestrator: str
    responder: str
    orchestrator_fallbacks: tuple[str, ...] = ()
    responder_fallbacks: tuple[str, ...] = ()
    fallback_to_paid: bool = False
    tools_enabled: bool = True
    answer: Literal["responder", "summary"] = "responder"
    tools: tuple[str, ...] | None = None
    access: Access | None = None
    max_rounds: int | None = None
    inject_datetime: bool = True
    inject_mode: bool = True
    persona: str = ""
    keys: tuple[str, ...] = ()


DEMO_ORCHESTRATOR = ModelEntry(
    key="demo-orchestrator", provider="demo", name="demo-orchestrator", label="Demo gatherer (rules, offline)"
)
DEMO_RESPONDER = ModelEntry(
    key="demo-responder", provider="demo", name="demo-responder", label="Demo writer (rules, offline)"
)
DEFAULT_ORCHESTRATOR = ModelEntry(
    key="gemini-3.8-flash", provider="gemini", name="gemini-3.8-flash", label="Gemini 3.8 Flash"
)
DEFAULT_RESPONDER = ModelEntry(
    key="claude-sonnet-5-5", provider="anthropic", name="claude-sonnet-5-5", label="Claude Sonnet 5.5"
)
BUILTIN_MODELS: Sequence[ModelEntry] = (
    DEFAULT_ORCHESTRATOR,
    ModelEntry(key="gemini-3.1-pro-preview", provider="gemini", name="gemini-3.1-pro-preview", label="Gemini 3.1 Pro"),
    DEFAULT_RESPONDER,
    ModelEntry(key="claude-opus-5-5", provider="anthropic", name="claude-opus-5-5", label="Claude Opus 5.5"),
    ModelEntry(key="claude-haiku-5-5", provider="anthropic", name="claude-haiku-5-5", label="Claude Haiku 5.5"),
    DEMO_ORCHESTRATOR,
    DEMO_RESPONDER,
)


class Registry:
    """Models and roles by name.

    Args:
        models: The person's own, over the built-in ones.
        roles: At least one; the first is the default.
    """

    def __init__(self, models: Sequence[ModelEntry], roles: Sequence[Role]) -> None:
        self.models: Mapping[str, ModelEntry] = {entry.key: entry for entry in (*BUILTIN_MODELS, *models)}
        self.roles: Mapping[str, Role] = {role.name: role for role in roles}
        self.default_role = roles[0]

    def model(self, key: str) -> ModelEntry:
        """A model.

        Raises:
            UnknownName: There is none of that key.
        """
        if key not in self.models:
            raise UnknownName(
                f"There is no model {key!r}.",
                action=f"Add it to the settings, or use one of: {', '.join(sorted(self.models))}.",
            )
        return self.models[key]

    def role(self, name: str) -> Role:
        """A role.

        Raises:
            UnknownName: There is none of that name.
        """
        if name not in self.roles:
            raise UnknownName(f"There is no role {name!r}.", action=f"Use one of: {', '.join(self.roles)}.")
        return self.roles[name]
