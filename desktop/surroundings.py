"""What stands around a conversation: role, models, totals."""

from collections.abc import Mapping

from desktop.assembly import with_models
from desktop.engine.messages import Brain
from desktop.engine.models.registry import Registry, Role
from desktop.views.main_window import MainWindow
from desktop.views.model_menu import ModelChoice


def chosen_role(window: MainWindow, registry: Registry) -> Role:
    """The role that is chosen in the window, with the models that are chosen for it there."""
    role = registry.roles.get(window.top_bar.role.currentText(), registry.default_role)
    chosen = window.top_bar.model_menu.chosen
    return with_models(role, {Brain(brain): name for brain, name in chosen.items() if name in registry.models})


def writer_label(window: MainWindow, registry: Registry) -> str:
    """Label of the model that writes the next answer."""
    role = chosen_role(window, registry)
    return registry.model(role.responder if role.answer == "responder" else role.orchestrator).label


def show_roles(
    window: MainWindow, registry: Registry, current: str | None, models: Mapping[Brain, str] | None = None
) -> None:
    """Show the roles, and who works on the next message.

    Args:
        window: The window.
        registry: Models and roles.
        current: The conversation's role; None, or one that has gone, for the default.
        models: The conversation's own models, by brain.
    """
    name = current if current in registry.roles else registry.default_role.name
    window.set_roles(list(registry.roles), name or "")
    choices = [
        ModelChoice(entry.key, entry.label, entry.provider)
        for entry in registry.models.values()
        if entry.provider != "demo"
    ]
    window.top_bar.model_menu.show_choices(choices, {brain.value: key for brain, key in (models or {}).items()})
    show_models(window, registry)


def show_models(window: MainWindow, registry: Registry) -> None:
    """Show who works on the next message."""
    role = chosen_role(window, registry)
    window.composer.set_tools_possible(role.tools_enabled)
    tools = window.composer.tools.isChecked()
    gatherer = registry.model(role.orchestrator).label if tools else ""
    writer = registry.model(role.responder).label if role.answer == "responder" or not tools else ""
    lines = ["Send (Enter)", f"Role: {role.label}", f"Writes: {writer}" if writer else "The summary is the answer"]
    if gatherer:
        lines.append(f"Gathers: {gatherer}")
    window.set_models(gatherer, writer, "\n".join(lines))


def show_totals(window: MainWindow, tokens: int, cost_usd: float | None) -> None:
    """Show what a conversation took.

    Args:
        window: The window.
        tokens: In and out.
        cost_usd: US dollars; None where a price is not known.
    """
    if not tokens:
        window.set_totals("")
        return
    price = "cost unknown" if cost_usd is None else f"${cost_usd:.4f}" if cost_usd else "no cost"
    window.set_totals(f"{tokens:,} tokens · {price}")
