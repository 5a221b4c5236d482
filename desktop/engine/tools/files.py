"""The tools that look at files: list_directory and read_file, and how a text file is read."""

from typing import Any

from pydantic import Field

from desktop.engine.errors import ToolError
from desktop.engine.gate import Card, CardField, Effect
from desktop.engine.tools.arguments import BuiltinArguments, WholeNumber
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.paths import Entry, Kind, Root, errors_in_words, relative_path, unfit
from desktop.engine.tools.rooted import open_root
from desktop.engine.tools.texts import LIMIT_CHARACTERS, Form, counted, decode, is_binary, shown
from desktop.engine.tools.threads import StopFlag, in_thread

LARGEST_FILE_BYTES = 20_000_000
"""The largest file that is read as a whole."""
_MOST_ENTRIES = 500
_READS = frozenset({Effect.READS_PRIVATE, Effect.READS_UNTRUSTED})
_PATH = "Relative to the workspace folder."


class ListDirectoryArguments(BuiltinArguments):
    """Arguments of list_directory."""

    path: str = Field(description="The folder, relative to the workspace folder; '.' is the workspace folder itself.")


class ReadFileArguments(BuiltinArguments):
    """Arguments of read_file."""

    path: str = Field(description=_PATH)
    offset: WholeNumber = Field(default=1, ge=1, description="The first line to read, counted from 1.")
    limit: WholeNumber = Field(default=2000, ge=1, description="How many lines to read at most.")


def file_tools() -> tuple[Tool[Any], ...]:
    """list_directory and read_file."""
    return (
        Tool(
            name="list_directory",
            description=(
                "List the files and folders in a folder of the person's workspace, with the sizes of files. "
                f"Not recursive; at most {_MOST_ENTRIES} names. Use search_files to find files further down."
            ),
            arguments=ListDirectoryArguments,
            effects=_READS,
            run=_list_directory,
            card=_list_card,
            subjects={"path": "path"},
        ),
        Tool(
            name="read_file",
            description=(
                "Read a text file of the person's workspace. Returns the text as it is, at most 2000 lines and "
                f"{LIMIT_CHARACTERS:,} characters at a time; a cut is marked, and offset reads on. "
                "Binary files (pictures, PDF, office documents) cannot be read."
            ),
            arguments=ReadFileArguments,
            effects=_READS,
            run=_read_file,
            card=_read_card,
            subjects={"path": "path"},
        ),
    )


async def _list_directory(arguments: ListDirectoryArguments, context: ToolContext) -> ToolOutput:
    def work(_: StopFlag) -> str:
        path = relative_path(context.root, arguments.path)
        with errors_in_words(path):
            entries = open_root(context.root).entries(path)
        return _listing(entries)

    return ToolOutput(await in_thread(work))


def _listing(entries: list[Entry]) -> str:
    if not entries:
        return "[The folder is empty.]"
    ordered = sorted(entries, key=lambda entry: (entry.kind is not Kind.FOLDER, entry.name.casefold(), entry.name))
    lines = [_listed(entry) for entry in ordered[:_MOST_ENTRIES]]
    if len(ordered) > _MOST_ENTRIES:
        lines.append(
            f"[Cut here: {_MOST_ENTRIES} of {len(ordered):,} names are shown. "
            "Find others with search_files, by a part of their name or with glob.]"
        )
    return "\n".join(lines)


def _listed(entry: Entry) -> str:
    name = shown(entry.name)
    match entry.kind:
        case Kind.FOLDER:
            return f"{name}/"
        case Kind.FILE:
            return f"{name}  ({counted(entry.size_bytes, 'byte')})"
        case Kind.LINK:
            return f"{name}  (symbolic link)"
        case Kind.OTHER:
            return f"{name}  (not a regular file)"


async def _read_file(arguments: ReadFileArguments, context: ToolContext) -> ToolOutput:
    def work(_: StopFlag) -> str:
        path = relative_path(context.root, arguments.path)
        text, form = read_text(open_root(context.root), path)
        return _excerpt(text, form, path, arguments.offset, arguments.limit)

    return ToolOutput(await in_thread(work))


def read_text(root: Root, path: str) -> tuple[str, Form]:
    """Read a whole text file. Blocking: for worker threads.

    Args:
        root: The files.
        path: Relative to the root.

    Returns:
        The text and its form.

    Raises:
        ToolError: It is missing, outside, too large or no text.
    """
    with errors_in_words(path), root.open(path) as file:
        data = file.read(LARGEST_FILE_BYTES + 1)
    if len(data) > LARGEST_FILE_BYTES:
        raise unfit(path, f"is larger than {LARGEST_FILE_BYTES // 1_000_000} MB, too large to be read as a whole")
    if is_binary(data):
        raise unfit(path, f"is a binary file ({counted(len(data), 'byte')}), not text")
    return decode(data)


def _excerpt(text: str, form: Form, path: str, offset: int, limit: int) -> str:
    if not text:
        return "[The file is empty.]"
    lines = text.removesuffix("\n").split("\n")
    if offset > len(lines):
        raise ToolError(f"{shown(path)!r} has {counted(len(lines), 'line')}; offset {offset} lies past its end.")
    chosen: list[str] = []
    size = 0
    for line in lines[offset - 1 : offset - 1 + limit]:
        size += len(line) + 1
        if chosen and size > LIMIT_CHARACTERS:
            break
        chosen.append(line)
    notes = []
    if len(chosen[0]) > LIMIT_CHARACTERS:
        notes.append(f"Line {offset} is cut: {LIMIT_CHARACTERS:,} of its {len(chosen[0]):,} characters are shown.")
        chosen[0] = chosen[0][:LIMIT_CHARACTERS]
    last = offset - 1 + len(chosen)
    if offset > 1 or last < len(lines):
        notes.append(f"Lines {offset}-{last} of {len(lines)}.")
    if last < len(lines):
        notes.append(f"Read on with offset={last + 1}.")
    if form.codec not in ("utf-8", "utf-16-le", "utf-16-be"):
        notes.append(f"The file is not UTF-8; it was read as {form.label}.")
    body = "\n".join(chosen)
    return f"{body}\n[{' '.join(notes)}]" if notes else body


async def _list_card(arguments: ListDirectoryArguments, context: ToolContext) -> Card:
    return Card(
        effect=f"Lists the folder {shown(arguments.path)} in {context.root}",
        fields=(CardField(label="Path", text=arguments.path),),
    )


async def _read_card(arguments: ReadFileArguments, context: ToolContext) -> Card:
    last = arguments.offset + arguments.limit - 1
    return Card(
        effect=f"Reads {shown(arguments.path)} in {context.root}",
        fields=(
            CardField(label="Path", text=arguments.path),
            CardField(label="Lines", text=f"{arguments.offset} to {last}"),
        ),
    )
