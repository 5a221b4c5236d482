"""What can be done with a message, as a row of actions. Pure."""

from dataclasses import dataclass

from desktop.engine.messages import Message
from desktop.engine.versions import Version

COPY, EDIT, REGENERATE, WRITE_AGAIN = "copy", "edit", "regenerate", "write_again"
PREVIOUS, NEXT, VERSION = "previous_version", "next_version", "version"
STEADY = frozenset({PREVIOUS, VERSION, NEXT})
"""The marker of versions: it shows whether or not the message has the pointer or the focus."""


@dataclass(frozen=True, slots=True)
class MessageAction:
    """Something that can be done with a message.

    Attributes:
        id: What ``message_action`` tells.
        label: Its accessible name and tool tip, or its words where it has no icon.
        icon: Name of its icon; empty shows the label.
        enabled: Whether it can be done now.
    """

    id: str
    label: str
    icon: str = ""
    enabled: bool = True


def actions_of(message: Message, version: Version | None, *, is_busy: bool) -> tuple[MessageAction, ...]:
    """What can be done with a message, in the order it is shown.

    Args:
        message: A stored one.
        version: Which of its versions it is; None where it has no other.
        is_busy: Whether a run of its conversation works: then the conversation cannot be changed.
    """
    actions: list[MessageAction] = []
    if version is not None:
        actions += [
            MessageAction(PREVIOUS, "Previous version", "chevron-left", version.previous is not None and not is_busy),
            MessageAction(VERSION, version.words, enabled=False),
            MessageAction(NEXT, "Next version", "chevron-right", version.next is not None and not is_busy),
        ]
    actions.append(MessageAction(COPY, "Copy message", "copy"))
    if message.role == "user":
        actions.append(MessageAction(EDIT, "Edit and send anew", "edit", not is_busy))
    elif message.run_id is not None:
        actions.append(MessageAction(WRITE_AGAIN, "Write again", "rewrite", not is_busy))
        actions.append(MessageAction(REGENERATE, "Regenerate", "retry", not is_busy))
    return tuple(actions)
