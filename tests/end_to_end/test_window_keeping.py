"""Finding, naming, pinning, deleting and exporting conversations in the real window, by keys."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import Desktop, Element, Program, wait_until
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_conversations import MESSAGE, NOTES, answer, demo
from tests.end_to_end.test_window_editing import picture
from tests.engine.exchange.test_import import chatgpt, claude

pytestmark = pytest.mark.end_to_end


def command(screen: Desktop, program: Program, words: str) -> None:
    """Choose an action in the palette, by keys alone."""
    screen.keys("ctrl+k")
    program.wait_for_focus("Find anything")
    screen.type(words)
    program.wait_for("text", "Find anything", holds=words)
    screen.keys("Return")
    program.wait_until_gone("text", "Find anything")


def test_conversations_are_found_named_pinned_deleted_brought_back_and_exported(
    screen: Desktop, stored: Stored, tmp_path: Path
) -> None:
    program = demo(screen, stored)
    program.send("read notes.md")
    answer(program, NOTES)
    screen.keys("ctrl+n")
    program.send("what is 6*7?")
    answer(program, "42")
    stored.wait_for_states("done", "done")

    program.press("text", "Search conversations")
    screen.type("hursd")  # in the middle of a word
    hit = program.wait_for(MESSAGE, begins="Assistant:", holds="Thursday")
    program.click(hit)
    program.wait_for(MESSAGE, begins="You:", holds="read notes.md")
    program.press("text", "Search conversations")
    screen.keys("Escape")

    command(screen, program, "rename")
    program.wait_for_focus("Title")
    screen.keys("ctrl+a")
    screen.type("Meeting notes")
    screen.keys("Return")
    program.wait_for(MESSAGE, "Meeting notes")

    command(screen, program, "pin unpin")
    program.wait_for(MESSAGE, "Meeting notes, pinned")

    command(screen, program, "delete")
    program.wait_for("dialog", "Delete conversation")
    program.press("push button", "Delete")
    program.wait_until_gone(MESSAGE, "Meeting notes, pinned")
    program.press("push button", "Undo")
    program.wait_for(MESSAGE, "Meeting notes, pinned")
    program.wait_for(MESSAGE, begins="You:", holds="read notes.md")

    target = tmp_path / "out.json"
    command(screen, program, "export conversation")
    program.wait_for("dialog", begins="Export")
    screen.keys("ctrl+a")
    screen.type(str(target))
    screen.keys("Return")
    wait_until(target.exists, "the export")
    (exported,) = json.loads(target.read_text(encoding="utf-8"))["conversations"]
    assert (exported["title"], exported["pinned"]) == ("Meeting notes", True)
    assert [message["role"] for message in exported["messages"]] == ["user", "assistant"]
    assert NOTES in exported["runs"][0]["rounds"][0]["calls"][0]["result"]


def choose(screen: Desktop, program: Program, words: str, title: str, path: Path) -> None:
    """Choose an action in the palette, and a file in its dialog."""
    command(screen, program, words)
    program.wait_for("dialog", begins=title)
    program.wait_for_focus("File name:")
    screen.keys("ctrl+a")
    screen.type(str(path))
    program.wait_for("text", "File name:", holds=str(path))
    screen.keys("Return")


def test_conversations_come_in_and_a_backup_is_made_told_and_restored(
    screen: Desktop, stored: Stored, tmp_path: Path
) -> None:
    program = demo(screen, stored)
    program.send("what is 6*7?")
    answer(program, "42")
    stored.wait_for_states("done")
    backup = tmp_path / "mine.cortex-backup"
    choose(screen, program, "back up", "Back up", backup)
    program.wait_for("label", begins="Backed up and checked")

    export = tmp_path / "conversations.json"
    export.write_text(json.dumps([chatgpt("From elsewhere", "g1"), claude()]), encoding="utf-8")
    choose(screen, program, "import conversations", "Import", export)
    program.wait_for("label", "Imported 2 conversations with 6 messages.")
    program.press(MESSAGE, "From elsewhere")
    answer(program, "The new answer")
    choose(screen, program, "import conversations", "Import", export)
    program.wait_for("label", begins="Nothing new was imported. 2 conversations are here already")
    choose(screen, program, "import conversations", "Import", backup)
    program.wait_for("label", begins="'mine.cortex-backup' is a backup of everything")

    choose(screen, program, "restore a backup", "Restore", backup)
    program.press("push button", "Restore at the next start")
    program.press("push button", "Do not restore")
    program.wait_for("label", "Everything stays as it is.")
    choose(screen, program, "restore a backup", "Restore", backup)
    program.press("push button", "Restore at the next start")
    program.wait_for("push button", "Do not restore")
    program.kill()
    again = screen.launch(stored.home, "--demo")
    again.wait_for("label", begins="The backup is restored. What was there before is kept as")
    again.wait_for(MESSAGE, "what is 6*7?")
    assert again.find(MESSAGE, "From elsewhere") is None
    (aside,) = [path for path in stored.files() if "before-restore" in path.name and path.suffix != ".db-wal"]
    assert aside.stat().st_size > 0


def row(program: Program, title: str) -> Element:
    """A conversation in the list."""
    return program.wait_for(MESSAGE, title)


def selected(program: Program) -> set[str]:
    """The conversations that assistive technology is told are selected."""
    rows = program.find_all(MESSAGE, begins="what is ")
    return {each.name for each in rows if "selected" in each.states}


def wait_for_chosen(program: Program, *titles: str) -> None:
    """Wait until these are chosen, and the bar says how many."""
    wait_until(lambda: selected(program) == set(titles), f"{titles} to be chosen")
    if len(titles) > 1:
        program.wait_for("label", f"{len(titles)} chosen")
    else:
        program.wait_for("push button", "New conversation")


def test_several_are_chosen_exported_archived_deleted_and_brought_back(
    screen: Desktop, stored: Stored, tmp_path: Path
) -> None:
    program = demo(screen, stored)
    titles = [f"what is {number}*100?" for number in range(1, 6)]
    one, two, three, four, five = titles
    for number, title in enumerate(titles, start=1):
        screen.keys("ctrl+n")
        program.send(title)
        answer(program, f"{number}00")
        stored.wait_for_states(*["done"] * number)

    program.click(row(program, three))
    program.wait_for(MESSAGE, begins="You:", holds=three)
    program.click(row(program, five), "ctrl")
    wait_for_chosen(program, three, five)
    program.click(row(program, two), "shift")  # from the last one that was clicked
    wait_for_chosen(program, two, three, four, five)
    program.click(row(program, four), "ctrl")
    wait_for_chosen(program, two, three, five)
    picture(screen, "several-chosen")
    assert answer(program, "300")  # what is open stays open

    target = tmp_path / "three.json"
    program.press("push button", "Export 3 conversations…")
    program.wait_for("dialog", begins="Export 3 conversations")
    program.wait_for_focus("File name:")
    screen.keys("ctrl+a")
    screen.type(str(target))
    program.wait_for("text", "File name:", holds=str(target))
    screen.keys("Return")
    program.wait_for("label", begins="Exported 3 conversations to")
    exported = json.loads(target.read_text(encoding="utf-8"))["conversations"]
    assert [each["title"] for each in exported] == [five, three, two]

    program.click(row(program, one))
    wait_for_chosen(program, one)
    program.wait_for_focus("Message")
    program.press("text", "Search conversations")
    program.wait_for_focus("Search conversations")
    screen.keys("Down", "shift+Up", "shift+Up")
    wait_for_chosen(program, one, two, three)
    screen.keys("Delete")
    question = program.wait_for("dialog", "Delete 3 conversations")
    picture(screen, "several-asked")
    assert "The open one is among them." in question.description
    program.press("push button", "Delete")
    program.wait_for("label", "Deleted 3 conversations.")
    program.wait_until_gone(MESSAGE, one)
    times = {each["deleted_at"] for each in stored.rows("SELECT * FROM conversations WHERE deleted_at IS NOT NULL")}
    assert len(times) == 1
    picture(screen, "several-deleted")
    program.press("push button", "Undo")
    program.wait_for(MESSAGE, begins="You:", holds=one)  # it was open, and is again
    assert not stored.rows("SELECT * FROM conversations WHERE deleted_at IS NOT NULL")

    program.click(row(program, two))
    wait_for_chosen(program, two)
    program.wait_for_focus("Message")
    program.press("text", "Search conversations")
    program.wait_for_focus("Search conversations")
    screen.keys("Down", "ctrl+a")
    wait_for_chosen(program, *titles)
    screen.keys("Escape")
    wait_for_chosen(program, two)
    screen.keys("ctrl+Up", "ctrl+Up", "ctrl+space")
    wait_for_chosen(program, two, four)
    screen.keys("Tab")
    program.wait_for_focus("Archive 2 conversations")
    picture(screen, "several-archived")
    screen.keys("space")
    wait_until(lambda: len(stored.rows("SELECT * FROM conversations WHERE archived")) == 2, "two to be archived")
    program.wait_until_gone(MESSAGE, four)
    archived = {each["title"] for each in stored.rows("SELECT * FROM conversations WHERE archived")}
    assert archived == {two, four}


def test_each_deletion_can_be_undone_also_after_a_kill(screen: Desktop, stored: Stored) -> None:
    program = demo(screen, stored)
    one, two = "what is 1*100?", "what is 2*100?"
    for number, title in enumerate((one, two), start=1):
        screen.keys("ctrl+n")
        program.send(title)
        answer(program, f"{number}00")
        stored.wait_for_states(*["done"] * number)
    for title in (two, one):
        program.click(row(program, title))
        program.wait_for(MESSAGE, begins="You:", holds=title)
        command(screen, program, "delete")
        program.press("push button", "Delete")
        program.wait_until_gone(MESSAGE, title)
    program.wait_for("label", f"Deleted “{one}”. Undo takes back the last of 2 deletions.")
    picture(screen, "two-deleted")
    program.kill()

    again = screen.launch(stored.home, "--demo")
    again.press("push button", "Undo")
    row(again, one)
    again.press("push button", "Undo")
    row(again, two)
    assert not stored.rows("SELECT * FROM conversations WHERE deleted_at IS NOT NULL")
