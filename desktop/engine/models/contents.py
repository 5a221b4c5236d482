"""The bytes of attachments, for the models' adapters: loaded by hash, and put into words where they are text."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from desktop.engine.attachments import named_for_model
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment
from desktop.engine.requests import ModelRequest, UserText

T = TypeVar("T")

Load = Callable[[str], Awaitable[bytes | None]]
"""The bytes of a hash; None where they are not there any more."""
Contents = Mapping[str, bytes]
"""Bytes by hash."""
NO_CONTENTS: Final[Contents] = {}


async def no_load(hash: str) -> bytes | None:
    """Where there is no store."""
    return None


async def load_contents(request: ModelRequest, load: Load) -> Contents:
    """The bytes of all that a request has attached.

    Args:
        request: The request.
        load: Where they come from.
    """
    found: dict[str, bytes] = {}
    for one in attachments_of(request):
        if one.hash not in found and (data := await load(one.hash)) is not None:
            found[one.hash] = data
    return found


def attachments_of(request: ModelRequest) -> list[Attachment]:
    """All that a request has attached, in order."""
    return [one for item in request.items if isinstance(item, UserText) for one in item.attachments]


def label_of(attachment: Attachment) -> str:
    """The line before a file that goes as it is."""
    return f"Attached file: {named_for_model(attachment)}"


def lost_text(attachment: Attachment) -> str:
    """What stands for a file whose bytes are not there any more."""
    return f"[The attached file {named_for_model(attachment)} is not there any more.]"


def text_of(attachment: Attachment, data: bytes) -> str:
    """A text file as a block that its content cannot end."""
    text = (decode_text(data) or "").replace("</attachment", "<\\/attachment")
    return f"{label_of(attachment)}\n<attachment>\n{text}\n</attachment>"


async def in_thread_if(contents: Contents, build: Callable[[], T]) -> T:
    """Build a request's body; in a worker thread where there are files to encode, which can take a while.

    Args:
        contents: What is attached.
        build: A pure function.
    """
    return await asyncio.to_thread(build) if contents else build()
