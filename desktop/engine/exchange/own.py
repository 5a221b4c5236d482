"""The program's own JSON, coming back in. Messages come back whole, with their files; runs and calls stay outside.

A run that came from a file could carry decisions that nobody made, so none is taken in. A backup keeps everything.
"""

from pydantic import TypeAdapter, ValidationError

from desktop.engine.errors import BadFile
from desktop.engine.exchange.fields import EPOCH, Fields
from desktop.engine.exchange.values import VERSION, Incoming, IncomingMessage

_MESSAGES: TypeAdapter[tuple[IncomingMessage, ...]] = TypeAdapter(tuple[IncomingMessage, ...])


def check_version(version: object) -> None:
    """Refuse what a newer program wrote.

    Raises:
        BadFile: It did, or there is no version.
    """
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise BadFile(
            f"The export is of version {version!r}; this program reads versions up to {VERSION}.",
            action="Update the program.",
        )


def conversation(fields: Fields) -> Incoming:
    """One conversation of an export.

    Raises:
        BadFile: A field is missing or wrong; the error says which.
    """
    try:
        messages = _MESSAGES.validate_python(fields.raw("messages"))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        raise BadFile(
            f"The messages of {fields.place} cannot be read: {place or 'messages'}: {first['msg']}.",
            action="Export it again.",
        ) from error
    created = fields.time("created_at", EPOCH)
    return Incoming(
        source=fields.text("source") or "cortex:" + fields.needed_text("id"),
        title=fields.text("title"),
        created_at=created,
        updated_at=fields.time("updated_at", created),
        messages=messages,
        pinned=fields.flag("pinned"),
        archived=fields.flag("archived"),
    )
