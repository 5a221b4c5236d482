"""Export, import, backup and restore, without a window: for the window's actions and the command line."""

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.engine.exchange.values import ExportForm, Imported
from desktop.engine.exchange.writing import write_conversations
from desktop.engine.store.exporting import conversation_reader
from desktop.files import replacing


def export_conversations(
    database: Path, target: Path, form: ExportForm, wanted: Sequence[str] | None, redact: Callable[[str], str]
) -> int:
    """Write conversations to a file that is the person's alone, whole or not at all. Blocks.

    Args:
        database: Where they are kept; it may be in use.
        target: The file; replaced where it is there.
        form: What to write.
        wanted: Their ids; None for all, newest first.
        redact: Takes keys out of text.

    Returns:
        How many there were.

    Raises:
        UnknownName: One of them is not there.
        StoreError: The database cannot be read.
        OSError: The file cannot be written.
    """
    with conversation_reader(database) as reader, replacing(target) as file:
        ids = reader.ids() if wanted is None else wanted
        return write_conversations(file, form, map(reader.read, ids), reader, redact)


def import_words(done: Imported) -> str:
    """What came of an import, for the person."""
    parts = ["Nothing new was imported."]
    if done.taken:
        files = f" and {count_of(done.files, 'file')}" if done.files else ""
        parts = [f"Imported {count_of(done.taken, 'conversation')} with {count_of(done.messages, 'message')}{files}."]
    if done.files_left_out:
        count = len(done.files_left_out)
        parts.append(
            f"{count_of(count, 'file')} could not be read from it and {'is' if count == 1 else 'are'} left out:"
            f" {_some(done.files_left_out)}."
        )
    if done.known:
        is_one = len(done.known) == 1
        stays = "is here already and stays as it is" if is_one else "are here already and stay as they are"
        parts.append(f"{count_of(len(done.known), 'conversation')} {stays}: {_some(done.known)}.")
    if done.empty:
        parts.append(f"{done.empty:,} without messages left out.")
    return " ".join(parts)


def _some(names: Sequence[str]) -> str:
    """The first of some names."""
    return ", ".join(f"“{name}”" for name in names[:3]) + (" …" if len(names) > 3 else "")


def count_of(number: int, word: str) -> str:
    """A number with its word: "1 message", "2,000 messages"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
