"""The fields of the settings dialog's forms, with what can be chosen in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.engine.models.registry import KEY_NAMES, ModelEntry
from desktop.setting import Setting
from desktop.settings import Settings
from desktop.views.form import FormField

NO_TOOLS = "none"
"""Stands for an empty list of tools; an empty field is for all of them."""
_PROVIDERS = (
    ("gemini", "Google Gemini"),
    ("anthropic", "Anthropic Claude"),
    ("openai-compatible", "OpenAI or compatible"),
)
_INPUTS = (
    ("", "As its provider documents"),
    ("none", "Text alone"),
    ("image", "Text and pictures"),
    ("pdf", "Text and PDF"),
    ("image, pdf", "Text, pictures and PDF"),
)
MODEL_FIELDS = (
    FormField("provider", "Provider", "choice", choices=_PROVIDERS),
    FormField(
        "model", "Model", "suggest", help="The provider's name of it. “List models” asks the provider for its names."
    ),
    FormField("label", "Label", help="What the window shows.", placeholder="as the model"),
    FormField("name", "Name", help="What roles and the settings file call it.", placeholder="as the model"),
    FormField(
        "host", "Address", help="Where it is asked, if not at the provider's own place: http://localhost:11434/v1"
    ),
    FormField(
        "key",
        "Key",
        "choice",
        help="By default its provider's; a server of your own gets none then. Add further ones under API keys.",
        choices=(("", "Default"),),
    ),
    FormField("inputs", "Reads", "choice", help="What it takes beside text.", choices=_INPUTS),
    FormField("context_tokens", "Context size in tokens", help="Less of the conversation is sent where it is small."),
    FormField(
        "options",
        "Further options",
        help="Fields of the provider's request, as JSON.",
        placeholder='{"temperature": 0.2}',
    ),
)
_BY_GENERAL = ("", "As in General")
ROLE_FIELDS = (
    FormField("name", "Name", help="Shown in the toolbar, and used by --role."),
    FormField("orchestrator", "Gathers", "choice", help="The model that works with tools.", choices=(_BY_GENERAL,)),
    FormField(
        "orchestrator_fallbacks",
        "Gathers when that fails",
        "order",
        help="The first of these that can takes over.",
    ),
    FormField("responder", "Answers", "choice", help="The model that writes the answer.", choices=(_BY_GENERAL,)),
    FormField(
        "responder_fallbacks",
        "Answers when that fails",
        "order",
        help="The first of these that can takes over.",
    ),
    FormField(
        "fallback_to_paid",
        "May leave this machine",
        "switch",
        help="A model elsewhere, or one that costs, may take over when one on this machine fails.",
    ),
    FormField("tools_enabled", "Use tools", "switch", help="Off: the model that answers works alone."),
    FormField(
        "tools",
        "Tools",
        help=f"Names with commas between; empty for all that the access allows, “{NO_TOOLS}” for none.",
        placeholder="all",
    ),
    FormField(
        "access",
        "Tool access",
        "choice",
        help="It can lower what General says, never raise it.",
        choices=(_BY_GENERAL, ("admin", "All tools"), ("user", "No commands")),
    ),
    FormField("max_rounds", "Rounds at most", help="Empty for the number in General; the smaller one holds."),
    FormField(
        "answer",
        "Answer",
        "choice",
        choices=(("responder", "Written from what was gathered"), ("summary", "The summary of what was gathered")),
    ),
    FormField("inject_datetime", "Tell date and time", "switch"),
    FormField("inject_mode", "Tell the mode", "switch", help="Whether the conversation is off the record."),
    FormField("persona", "Persona", help="A file in the persona folder; empty for default.md.", placeholder="poet.md"),
)


def general_fields() -> list[FormField]:
    """The form of the page "General", from the declarations of the settings."""
    return [_field_of(setting) for setting in Settings.declared()]


def _field_of(setting: Setting[Any]) -> FormField:
    words = setting.label
    if setting.unit and setting.unit not in words.lower():
        words += f" ({setting.unit})"
    if isinstance(setting.default, bool):
        return FormField(setting.key, words, "switch", help=setting.help)
    if setting.choices is not None:
        choices = tuple((str(value), said) for value, said in setting.choices.items())
        return FormField(setting.key, words, "choice", help=setting.help, choices=choices)
    if setting.key in (Settings.role.key, Settings.orchestrator.key, Settings.responder.key):
        return FormField(setting.key, words, "choice", help=setting.help)
    return FormField(setting.key, words, help=setting.help)


def model_choices(models: Mapping[str, ModelEntry]) -> list[tuple[str, str]]:
    """The models as choices of a form; those of the demo are for the demo."""
    return [(entry.key, entry.label) for entry in models.values() if entry.provider != "demo"]


def key_choices(names: Sequence[str]) -> list[tuple[str, str]]:
    """Further keys as choices of a form, by their labels; one label can stand for keys of several providers."""
    owners: dict[str, list[str]] = {}
    words = {KEY_NAMES[provider]: said for provider, said in _PROVIDERS}
    for name in names:
        owner, _, label = name.partition("/")
        owners.setdefault(label, []).append(words[owner])
    return [("", "Default"), *((label, f"{label} ({', '.join(who)})") for label, who in owners.items())]
