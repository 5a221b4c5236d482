"""What comes in, whatever program it came from."""

from datetime import datetime
from typing import Literal

from desktop.engine.messages import MessageDetails, Value

FORMAT = "cortex-desktop"
VERSION = 1
"""Of the program's own JSON. A file of a higher one is refused."""

ExportForm = Literal["markdown", "json", "html"]
"""What conversations can be written as."""


class IncomingMessage(Value):
    """One message of a conversation that comes in.

    Attributes:
        role: Who speaks.
        text: Markdown for the assistant, plain text for the person.
        created_at: Aware UTC.
        details: How an answer came to be, as far as it is known.
        superseded: Whether it is off the branch that is shown.
        id: What ``parent_id`` of later ones names it by; empty where the other program has no branches.
        parent_id: The message that it was said after; None for a first one.
        chosen: Whether it is the one that is shown of those with its parent.
    """

    role: Literal["user", "assistant"]
    text: str
    created_at: datetime
    details: MessageDetails | None = None
    superseded: bool = False
    id: str = ""
    parent_id: str | None = None
    chosen: bool = True


class Incoming(Value):
    """One conversation that comes in.

    Attributes:
        source: The program and its id there, by which it is known again: ``chatgpt:…``.
        title: As the other program had it; may be empty.
        created_at: Aware UTC.
        updated_at: Aware UTC.
        messages: Oldest first.
        pinned: Whether it was kept at the top.
        archived: Whether it was put away.
    """

    source: str
    title: str
    created_at: datetime
    updated_at: datetime
    messages: tuple[IncomingMessage, ...]
    pinned: bool = False
    archived: bool = False


class Imported(Value):
    """What came of an import.

    Attributes:
        taken: How many conversations are new.
        messages: How many messages they have.
        known: Titles of those that were here already, and were left as they are.
        empty: How many held no message, and were left out.
    """

    taken: int = 0
    messages: int = 0
    known: tuple[str, ...] = ()
    empty: int = 0
