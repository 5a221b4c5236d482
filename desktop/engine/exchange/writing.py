"""Writing conversations: JSON with everything, Markdown and HTML to read and to print."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from typing import IO, assert_never

from pydantic import JsonValue

from desktop.engine.exchange.file_pieces import pieces_of, without_keys
from desktop.engine.exchange.html_files import FilesInPage
from desktop.engine.exchange.html_page import HtmlPage, html_foot, html_head
from desktop.engine.exchange.markdown_text import markdown_of
from desktop.engine.exchange.shown import attachments_of, messages_of, title_of
from desktop.engine.exchange.values import FORMAT, VERSION, ExportForm, StoredFiles
from desktop.engine.messages import Attachment, JsonObject

Redact = Callable[[str], str]
"""Takes keys out of text."""


def write_conversations(
    file: IO[str], form: ExportForm, conversations: Iterable[JsonObject], files: StoredFiles, redact: Redact
) -> int:
    """Write conversations, one after the other.

    Args:
        file: Takes text.
        form: What to write.
        conversations: As the store reads them.
        files: Where the files of their messages lie.
        redact: Applied to every text in them, and to files that are text.

    Returns:
        How many there were.

    Raises:
        OSError: It cannot be written.
    """
    clean = (_redacted(each, redact) for each in conversations)
    match form:
        case "json":
            return _write_json(file, clean, files, redact)
        case "markdown":
            return _write_markdown(file, clean)
        case "html":
            return _write_html(file, clean, HtmlPage(FilesInPage(files, redact)))
    assert_never(form)


def suffix_of(form: ExportForm) -> str:
    """The end of a file's name, without the dot."""
    match form:
        case "json":
            return "json"
        case "markdown":
            return "md"
        case "html":
            return "html"
    assert_never(form)


def _write_json(file: IO[str], conversations: Iterable[JsonObject], files: StoredFiles, redact: Redact) -> int:
    head = {"format": FORMAT, "version": VERSION, "exported_at": datetime.now(UTC).isoformat()}
    file.write(json.dumps(head)[:-1] + ', "conversations": [')
    named: dict[str, Attachment] = {}
    count = 0
    for one in conversations:
        file.write(",\n" if count else "\n")
        file.write(json.dumps(one, ensure_ascii=False))
        named.update((each.hash, each) for message in messages_of(one) for each in attachments_of(message))
        count += 1
    file.write('\n], "files": [')
    between = "\n"
    for key, attachment in named.items():
        data = files.data(key)
        if data is not None and attachment.is_text:
            data = without_keys(data, redact)
        for piece in pieces_of(key, data or b""):
            file.write(between + json.dumps(piece))
            between = ",\n"
    file.write("\n]}\n")
    return count


def _write_markdown(file: IO[str], conversations: Iterable[JsonObject]) -> int:
    count = 0
    for one in conversations:
        file.write(("\n\n---\n\n" if count else "") + markdown_of(one))
        count += 1
    return count


def _write_html(file: IO[str], conversations: Iterator[JsonObject], page: HtmlPage) -> int:
    count = 0
    first = list(islice(conversations, 2))
    file.write(html_head(title_of(first[0]) if len(first) == 1 else "Conversations"))
    for one in chain(first, conversations):
        file.write(page.html_of(one))
        count += 1
    file.write(html_foot())
    return count


def _redacted(value: JsonObject, redact: Redact) -> JsonObject:
    return {name: _without_keys(each, redact) for name, each in value.items()}


def _without_keys(value: JsonValue, redact: Redact) -> JsonValue:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_without_keys(each, redact) for each in value]
    if isinstance(value, dict):
        return {redact(name): _without_keys(each, redact) for name, each in value.items()}
    return value
