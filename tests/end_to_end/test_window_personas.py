"""The personas in the real window: edited there and elsewhere, and in force in the next run."""

import json

import pytest

from tests.end_to_end.desktop_session import Desktop
from tests.end_to_end.stored import Stored

pytestmark = pytest.mark.end_to_end


def test_persona_is_edited_and_stands_in_the_next_handoff(screen: Desktop, stored: Stored) -> None:
    folder = stored.home / "config" / "cortex-desktop" / "persona"
    folder.mkdir(parents=True)
    (folder / "default.md").write_text("I am Ada.", encoding="utf-8")
    program = screen.launch(stored.home, "--demo")
    screen.keys("ctrl+shift+e")
    program.wait_for("dialog", "Personas")
    program.click(program.wait_for("text", "Persona text", holds="I am Ada."))
    program.wait_for_focus("Persona text")
    screen.keys("ctrl+End")
    screen.type(" I like cats.")
    program.press("push button", "Save")
    program.wait_for("text", "Persona text", holds="I am Ada. I like cats.")
    (folder / "default.md").write_text("I am Grace.", encoding="utf-8")  # in another editor
    program.wait_for("text", "Persona text", holds="I am Grace.")
    program.press("push button", "Close")
    program.send("list the files")
    program.wait_for("list item", begins="Assistant:")
    assert json.dumps(stored.handoff()[0]).find("I am Grace.") >= 0
    (folder / "default.md").write_bytes(b"\xff\xfe")
    program.send("list the files again")
    program.wait_for("label", begins="The persona file default.md is no UTF-8 text (line 1).")
