"""What the models of a role are told beside the conversation, exactly as it is sent. Pure."""

from dataclasses import dataclass
from datetime import datetime

from desktop.engine.models.registry import Registry
from desktop.engine.prompts import gatherer_prompt, moment, writer_prompt
from desktop.engine.store.records import RunOptions


@dataclass(frozen=True, slots=True)
class Told:
    """A text that goes to a model.

    Attributes:
        to: Whom, in words.
        text: As it is sent; empty where nothing is.
        note: What the person should know of it.
    """

    to: str
    text: str
    note: str


def told(options: RunOptions, registry: Registry, persona: str, *, off_record: bool, now: datetime) -> list[Told]:
    """What a run that is begun now tells its models.

    Args:
        options: What it is begun with.
        registry: Models by name.
        persona: The text of the role's persona.
        off_record: Whether the conversation is off the record.
        now: Aware, in the person's zone.

    Returns:
        To the model that writes, to the one that gathers, and what stands with each request.
    """
    time = now if options.inject_datetime else None
    mode = off_record if options.inject_mode else None
    writes = options.answer == "responder" or not options.tools_enabled
    writer, gatherer = (registry.model(key).label for key in (options.responder, options.orchestrator))
    switches = _switches(options, off_record=off_record)
    found = [
        Told(
            "To the writing model",
            writer_prompt(persona, with_tools=options.tools_enabled, now=time, off_record=mode),
            f"System prompt of {writer}. {switches}",
        )
        if writes
        else Told("To the writing model", "", "The run ends with the summary: no model writes, and no persona is sent.")
    ]
    if options.tools_enabled:
        system = gatherer_prompt(options.root, now=time, off_record=mode)
        note = f"System prompt of {gatherer}; the persona is for the other one alone. {switches}"
        found.append(Told("To the gathering model", system, note))
    at = moment(time)
    found.append(
        Told(
            "With each request",
            at,
            "The last line of the request." if at else "Nothing: the role does not tell the time.",
        )
    )
    return found


def _switches(options: RunOptions, *, off_record: bool) -> str:
    when = "The role tells the date" if options.inject_datetime else "The role does not tell the date"
    if not options.inject_mode:
        return f"{when}, and not the mode."
    return f"{when}, and the mode: off the record." if off_record else f"{when}; the mode only off the record."
