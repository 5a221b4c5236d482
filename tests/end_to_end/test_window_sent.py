"""What the dialog of the personas shows as sent, held against the requests on the wire, for roles that differ."""

import json
from typing import Any

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
ROLES = """
[[role]]
name = "chat"

[[role]]
name = "poet"
persona = "poet.md"
inject_datetime = false

[[role]]
name = "silent"
inject_mode = false

[[role]]
name = "summing"
answer = "summary"
"""
WRITER, GATHERER, EACH = "To the writing model", "To the gathering model", "With each request"
ANSWER = claude.answers(claude.text(0, "Yes."))


def choose(program: Program, now: str, wanted: str) -> None:
    """Choose in a combo box that says something else now."""
    program.wait_for("combo box", now)
    program.click(program.find_all("combo box", now)[-1])  # the dialog's, behind the window's
    program.press("list item", wanted)
    program.wait_for("combo box", wanted)


def shown(screen: Desktop, program: Program) -> dict[str, str]:
    """What the dialog says is sent for the role that is chosen in the window, by part."""
    screen.keys("ctrl+shift+e")
    program.wait_for("dialog", "Personas")
    program.press("page tab", "What is sent")
    found, before = {}, WRITER
    for part in (WRITER, GATHERER, EACH):
        if part != before:
            choose(program, before, part)
        found[part], before = program.wait_for("text", "What is sent").text or "", part
    screen.picture(PICTURES / "personas-sent.png")
    choose(program, EACH, WRITER)
    program.press("push button", "Close")
    program.wait_until_gone("dialog", "Personas")
    return found


def texts(part: Any) -> str:
    """The text of a system field, as one string or in blocks."""
    return part if isinstance(part, str) else "".join(block["text"] for block in part)


def test_what_is_shown_as_sent_is_what_goes_over_the_wire(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES + ROLES)
    folder = stored.home / "config" / "cortex-desktop" / "persona"
    folder.mkdir(parents=True)
    (folder / "poet.md").write_text("I am a poet.\n\nI rhyme.", encoding="utf-8")
    (folder / "default.md").write_text("I am Ada.", encoding="utf-8")
    roles = ("chat", "poet", "silent")
    with providers(gemini=(gemini.says("Nothing."),) * 3, claude=(ANSWER,) * 3) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.press("check box", "Off the record")
        says: dict[str, dict[str, str]] = {}
        for number, role in enumerate(roles):
            if number:
                screen.keys("ctrl+n")
                program.press("check box", "Off the record")
                choose(program, roles[number - 1], role)
            says[role] = shown(screen, program)
            program.send(f"Are you {role}?")
            program.wait_for("list item", begins="Assistant:", holds="Yes.")
            wait_until(lambda: len(both.claude.requests) == number + 1, "the request")  # noqa: B023
        for number, role in enumerate(roles):
            gathered, written = (json.loads(each.requests[number].body) for each in (both.gemini, both.claude))
            assert says[role][WRITER] == texts(written["system"])
            assert says[role][GATHERER] == texts(gathered["systemInstruction"]["parts"])
            last = texts(gathered["contents"][-1]["parts"])
            line = says[role][EACH]
            assert last.endswith(f"\n\n{line}") if line else last == f"Are you {role}?"
        assert says["chat"][WRITER].startswith("I am Ada.")
        assert "Off The Record" in says["chat"][WRITER]
        assert says["poet"][WRITER].startswith("I am a poet.\n\nI rhyme.")
        assert says["poet"][EACH] == ""
        assert "Date:" not in says["poet"][WRITER]
        assert "Off The Record" not in says["silent"][GATHERER]

        screen.keys("ctrl+shift+e")
        program.wait_for("dialog", "Personas")
        program.wait_for("list item", begins="default.md  (in use)")
        program.press("page tab", "What is sent")
        choose(program, "silent", "poet")
        program.wait_for("list item", "poet.md  (in use)")
        (folder / "poet.md").write_text("I was edited elsewhere.", encoding="utf-8")
        program.wait_for("text", "What is sent", holds="I was edited elsewhere.")
        choose(program, "poet", "summing")
        program.wait_for("label", begins="The run ends with the summary: no model writes")
