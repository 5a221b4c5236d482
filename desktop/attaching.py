"""From a file, a picture or a pasted text to what is attached. Each function is for a worker thread."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.errors import AttachmentRefused
from desktop.engine.media import MOST_BYTES, describe, media_type_of, quoted, too_large
from desktop.engine.messages import Attachment

PASTED_TEXT = "Pasted text.txt"
PASTED_PICTURE = "Pasted picture.png"
MOST_ATTACHMENTS = 100
"""In one message."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file ready to be kept.

    Attributes:
        attachment: What it is.
        data: Its bytes.
        preview: A small PNG of a picture.
    """

    attachment: Attachment
    data: bytes
    preview: bytes | None = None


def prepare_file(path: str) -> Prepared:
    """Read a file and make it ready.

    Args:
        path: Of a regular file; symbolic links are followed, as the person chose it.

    Raises:
        AttachmentRefused: It is a folder, a device or the like, is not there, cannot be read, or no model reads it.
    """
    return prepare_bytes(_read(path), os.path.basename(path) or path)


def prepare_bytes(data: bytes, name: str) -> Prepared:
    """Make bytes ready.

    Args:
        data: The whole of a file.
        name: What it is called.

    Raises:
        AttachmentRefused: It is empty, too large, damaged, or no model reads it.
    """
    if len(data) > MOST_BYTES:
        raise too_large(name)
    media_type = media_type_of(data, name) if data else ""
    if not media_type.startswith("image/"):
        return Prepared(describe(data, name), data)
    # Imported here: the command line has no need of Qt's picture formats where no picture is attached.
    from desktop.pictures import make_ready

    picture = make_ready(data, media_type, name)
    attachment = describe(picture.data, name).model_copy(
        update={"width": picture.width, "height": picture.height, "note": picture.note}
    )
    return Prepared(attachment, picture.data, picture.preview)


def prepare_text(text: str) -> Prepared:
    """Make a pasted text ready."""
    return prepare_bytes(text.encode("utf-8", "replace"), PASTED_TEXT)


def _read(path: str) -> bytes:
    name = quoted(os.path.basename(path) or path)
    try:
        # Not blocking: a pipe that nobody writes to would keep the thread for good.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            found = os.fstat(number)
            if stat.S_ISDIR(found.st_mode):
                raise _is_folder(name)
            if not stat.S_ISREG(found.st_mode):
                raise AttachmentRefused(f"{name} is no ordinary file.", action="Attach a file.")
            if found.st_size > MOST_BYTES:
                raise too_large(os.path.basename(path))
            with open(number, "rb", closefd=False) as file:
                return file.read(MOST_BYTES + 1)
        finally:
            os.close(number)
    except OSError as error:
        if Path(path).is_dir():  # where a folder cannot be opened at all
            raise _is_folder(name) from None
        raise AttachmentRefused(
            f"{name} cannot be read: {error.strerror or error}.", action="Check that it is still there."
        ) from None


def _is_folder(name: str) -> AttachmentRefused:
    return AttachmentRefused(
        f"{name} is a folder, which cannot be attached.",
        action="Attach its files, or choose it as the folder that tools work in.",
    )
