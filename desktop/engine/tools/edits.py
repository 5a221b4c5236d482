"""The tools that change files: write_file and edit_file, inside the workspace folder."""

from typing import Any

from pydantic import Field

from desktop.engine.errors import ToolError
from desktop.engine.gate import Card, CardField, Effect
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.diff import unified_diff
from desktop.engine.tools.files import read_text
from desktop.engine.tools.paths import errors_in_words, relative_path, unfit
from desktop.engine.tools.rooted import open_root
from desktop.engine.tools.texts import Form, counted, encode, shown
from desktop.engine.tools.threads import StopFlag, in_thread

_PATH = "Relative to the workspace folder."


class WriteFileArguments(BuiltinArguments):
    """Arguments of write_file."""

    path: str = Field(min_length=1, description=_PATH)
    content: str = Field(description="The whole new content of the file.")


class EditFileArguments(BuiltinArguments):
    """Arguments of edit_file."""

    path: str = Field(min_length=1, description=_PATH)
    old: str = Field(
        min_length=1,
        description="The text to replace, exactly as in the file; with enough around it to occur only once.",
    )
    new: str = Field(description="The text to put in its place; empty removes it.")


def edit_tools() -> tuple[Tool[Any], ...]:
    """write_file and edit_file."""
    return (
        Tool(
            name="write_file",
            description=(
                "Create a text file in the person's workspace, or replace one as a whole. Folders on the way are made. "
                "To change a part of a file, use edit_file. The person may be asked first."
            ),
            arguments=WriteFileArguments,
            effects=frozenset({Effect.WRITES_LOCAL}),
            run=_write_file,
            card=_write_card,
            subjects={"path": "path"},
        ),
        Tool(
            name="edit_file",
            description=(
                "Replace one piece of text in a text file of the person's workspace. Read the file first: 'old' must "
                "occur in it exactly once, with the same spaces and line breaks. The person may be asked first."
            ),
            arguments=EditFileArguments,
            # its answer tells whether the file holds the text
            effects=frozenset({Effect.WRITES_LOCAL, Effect.READS_PRIVATE}),
            run=_edit_file,
            card=_edit_card,
            subjects={"path": "path"},
        ),
    )


async def _write_file(arguments: WriteFileArguments, context: ToolContext) -> ToolOutput:
    def work(stop: StopFlag) -> str:
        path = relative_path(context.root, arguments.path)
        data = encode(arguments.content, Form())
        with errors_in_words(path):
            open_root(context.root).write(path, data, stop)
        return f"Wrote {shown(path)} ({_size(arguments.content)})."

    return ToolOutput(await in_thread(work))


async def _edit_file(arguments: EditFileArguments, context: ToolContext) -> ToolOutput:
    def work(stop: StopFlag) -> str:
        path = relative_path(context.root, arguments.path)
        root = open_root(context.root)
        text, form = read_text(root, path)
        edited, line = _edited(text, form, path, arguments)
        with errors_in_words(path):
            root.write(path, encode(edited, form), stop)
        return f"Edited {shown(path)} at line {line}."

    return ToolOutput(await in_thread(work))


def _edited(text: str, form: Form, path: str, arguments: EditFileArguments) -> tuple[str, int]:
    """The text after the edit, and the line where the edit is."""
    old, new = arguments.old, arguments.new
    if form.crlf:
        old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    first = text.find(old)
    if first < 0:
        raise unfit(path, "does not contain the text in 'old' (0 times). Read the file, and copy the text exactly")
    if text.find(old, first + 1) >= 0:
        times = len(_places(text, old))
        raise unfit(path, f"contains the text in 'old' {times:,} times. Give more of what stands around it")
    return text[:first] + new + text[first + len(old) :], text.count("\n", 0, first) + 1


def _places(text: str, piece: str) -> list[int]:
    places = []
    at = text.find(piece)
    while at >= 0:
        places.append(at)
        at = text.find(piece, at + 1)
    return places


def _size(content: str) -> str:
    lines = content.count("\n") + (0 if content.endswith("\n") or not content else 1)
    return f"{counted(lines, 'line')}, {counted(len(content.encode(errors='replace')), 'byte')}"


async def _write_card(arguments: WriteFileArguments, context: ToolContext) -> Card:
    def work(_: StopFlag) -> tuple[str, CardField | None]:
        try:
            path = relative_path(context.root, arguments.path)
            root = open_root(context.root)
            try:
                with root.open(path):
                    pass
            except FileNotFoundError:
                return "Creates", None
            except OSError:
                pass  # said below, in words
            present = read_text(root, path)[0]
        except ToolError as error:
            return "Writes", CardField(label="Present file", text=str(error))
        if present == arguments.content:
            return "Replaces", CardField(label="Change", text="None: the file already has this content.")
        change = unified_diff(present, arguments.content, shown(path))
        return "Replaces", CardField(label="Change", text=change, style="diff")

    verb, change = await in_thread(work)
    fields = [CardField(label="Path", text=arguments.path)]
    if change is not None:
        fields.append(change)
    fields.append(CardField(label="Content", text=arguments.content, style="code"))
    return Card(
        effect=f"{verb} {shown(arguments.path)} ({_size(arguments.content)}) in {context.root}", fields=tuple(fields)
    )


async def _edit_card(arguments: EditFileArguments, context: ToolContext) -> Card:
    def work(_: StopFlag) -> tuple[str, CardField]:
        try:
            path = relative_path(context.root, arguments.path)
            present, form = read_text(open_root(context.root), path)
            edited, line = _edited(present, form, path, arguments)
        except ToolError as error:
            return "", CardField(label="Problem", text=f"The edit will fail: {error}")
        change = unified_diff(present, edited, shown(path))
        return f" at line {line}", CardField(label="Change", text=change, style="diff")

    where, change = await in_thread(work)
    return Card(
        effect=f"Edits {shown(arguments.path)}{where} in {context.root}",
        fields=(
            CardField(label="Path", text=arguments.path),
            change,
            CardField(label="Old", text=arguments.old, style="code"),
            CardField(label="New", text=arguments.new, style="code"),
        ),
    )
