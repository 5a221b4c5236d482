"""The tools save_note and find_notes: short texts that last beyond a conversation."""

from typing import Any

from pydantic import Field

from desktop.engine.gate import Card, CardField, Effect
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.texts import counted, cut, shown

_MOST_NOTES = 20
_LIMIT_OF_NOTE = 3000
_LONGEST_NOTE = 100_000


class SaveNoteArguments(BuiltinArguments):
    """Arguments of save_note."""

    title: str = Field(min_length=1, max_length=200, description="A short title to find the note by.")
    text: str = Field(max_length=_LONGEST_NOTE, description="The whole note.")


class FindNotesArguments(BuiltinArguments):
    """Arguments of find_notes."""

    query: str = Field(max_length=500, description="Words that the note's title or text must hold, all of them.")


def note_tools() -> tuple[Tool[Any], ...]:
    """save_note and find_notes."""
    return (
        Tool(
            name="save_note",
            description=(
                "Keep a note for later conversations, when the person wants something remembered. "
                "The person may be asked first."
            ),
            arguments=SaveNoteArguments,
            effects=frozenset({Effect.WRITES_LOCAL}),
            run=_save,
            card=_save_card,
        ),
        Tool(
            name="find_notes",
            description=(
                f"Find notes kept earlier by words in their title or text; newest first, at most {_MOST_NOTES}. "
                "Use it when the person refers to something noted or asked to be remembered."
            ),
            arguments=FindNotesArguments,
            # a note may hold what a page or a file said, although the model wrote it (docs/decisions/005)
            effects=frozenset({Effect.READS_PRIVATE, Effect.READS_UNTRUSTED}),
            run=_find,
            card=_find_card,
        ),
    )


async def _save(arguments: SaveNoteArguments, context: ToolContext) -> ToolOutput:
    await context.notes.save_note(arguments.title, arguments.text)
    return ToolOutput(f"Kept the note {arguments.title!r}.")


async def _find(arguments: FindNotesArguments, context: ToolContext) -> ToolOutput:
    found = await context.notes.find_notes(arguments.query, _MOST_NOTES + 1)
    if not found:
        return ToolOutput("[No note holds all of these words. Try fewer.]")
    blocks = [
        f"# {title}\n{cut(text, 'Search for words of its rest to be sure it holds them.', _LIMIT_OF_NOTE)}"
        for title, text in found[:_MOST_NOTES]
    ]
    if len(found) > _MOST_NOTES:
        blocks.append(f"[Cut here: there are more than {_MOST_NOTES} such notes. Use more words.]")
    return ToolOutput("\n\n".join(blocks))


async def _save_card(arguments: SaveNoteArguments, context: ToolContext) -> Card:
    return Card(
        effect=f"Keeps the note “{shown(arguments.title)}” ({counted(len(arguments.text), 'character')})",
        fields=(CardField(label="Title", text=arguments.title), CardField(label="Text", text=arguments.text)),
    )


async def _find_card(arguments: FindNotesArguments, context: ToolContext) -> Card:
    return Card(effect="Searches your notes", fields=(CardField(label="Query", text=arguments.query),))
