"""What comes in, whatever program it came from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from desktop.engine.messages import Attachment, MessageDetails, Value

FORMAT = "cortex-desktop"
VERSION = 2
"""Of the program's own JSON. A file of a higher one is refused; 2 brought the files of messages."""

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
        attachments: The files that go with it; ``hash`` is the ``key`` of the `IncomingFile` that holds the bytes.
    """

    role: Literal["user", "assistant"]
    text: str
    created_at: datetime
    details: MessageDetails | None = None
    superseded: bool = False
    id: str = ""
    parent_id: str | None = None
    chosen: bool = True
    attachments: tuple[Attachment, ...] = ()


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


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that messages before it refer to.

    Attributes:
        key: What they call it.
        data: All its bytes; None where they are damaged.
    """

    key: str
    data: bytes | None


class ReadyFile(Protocol):
    """A file that can be kept: what it is was found from its bytes, and not taken from anybody's word."""

    @property
    def attachment(self) -> Attachment:
        """What it is."""

    @property
    def data(self) -> bytes:
        """Its bytes, as ``attachment.hash`` has it."""

    @property
    def preview(self) -> bytes | None:
        """A small PNG of a picture."""


Prepare = Callable[[bytes, str], ReadyFile]
"""Makes bytes with a name ready. May raise `AttachmentRefused`."""


class StoredFiles(Protocol):
    """Where the files of exported messages lie."""

    def data(self, hash: str) -> bytes | None:
        """The bytes of a file; None where it is not there."""

    def preview(self, hash: str) -> bytes | None:
        """A small PNG of a picture; None where there is none."""


class Imported(Value):
    """What came of an import.

    Attributes:
        taken: How many conversations are new.
        messages: How many messages they have.
        known: Titles of those that were here already, and were left as they are.
        empty: How many held no message, and were left out.
        files: How many files the messages have.
        files_left_out: Names of those whose bytes are missing or damaged, or that nothing here reads.
    """

    taken: int = 0
    messages: int = 0
    known: tuple[str, ...] = ()
    empty: int = 0
    files: int = 0
    files_left_out: tuple[str, ...] = ()
