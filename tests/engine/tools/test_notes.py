"""save_note and find_notes."""

import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.notes import note_tools
from tests.engine.tools.conftest import Call, caller, card_maker, fields_of


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(note_tools(), context)


async def test_saved_note_is_found_by_its_words(call: Call) -> None:
    assert (await call("save_note", title="Garden", text="Roses need water")).text == "Kept the note 'Garden'."
    assert (await call("find_notes", query="water garden")).text == "# Garden\nRoses need water"


async def test_nothing_found_says_so(call: Call) -> None:
    output = await call("find_notes", query="nowhere")
    assert output.text.startswith("[No note")
    assert not output.failed


async def test_long_and_many_notes_are_cut_visibly(call: Call) -> None:
    for number in range(22):
        await call("save_note", title=f"n{number}", text="x" * 4000)
    text = (await call("find_notes", query="x")).text
    assert text.count("# n") == 20
    assert "[Cut here: 3,000 of 4,000 characters" in text
    assert text.endswith("[Cut here: there are more than 20 such notes. Use more words.]")


async def test_empty_title_is_refused(call: Call) -> None:
    assert (await call("save_note", title="", text="x")).failed


async def test_card_shows_the_whole_note(context: ToolContext) -> None:
    card = card_maker(note_tools(), context)
    made = await card("save_note", title="A\nB", text="long " * 1000)
    assert "A\\nB" in made.effect
    assert fields_of(made) == {"Title": "A\nB", "Text": "long " * 1000}
    assert fields_of(await card("find_notes", query="q")) == {"Query": "q"}
