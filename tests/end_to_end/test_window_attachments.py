"""Files in the real window: chosen, pasted, kept over a kill, sent to real SDKs, shown in the transcript."""

import base64
import hashlib

import pytest
from PySide6.QtGui import QColor, QImage

from tests.end_to_end.desktop_session import Desktop, Program, wait_until
from tests.end_to_end.offering import attach, clipboard
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

LONG = "A long line of pasted words.\n" * 200


def chip(program: Program, name: str) -> None:
    program.wait_for("list item", begins=f"{name}, ")


def paste(screen: Desktop, program: Program) -> None:
    program.click(program.wait_for("text", "Message"))
    program.wait_for_focus("Message")
    screen.keys("ctrl+v")


def test_a_chosen_picture_reaches_both_models_and_stands_in_the_transcript(screen: Desktop, stored: Stored) -> None:
    stored.home.mkdir(parents=True)
    path = stored.home / "cat.png"
    image = QImage(320, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#d08a2e"))
    assert image.save(str(path))
    stored.configure(NO_TITLES)
    with providers(
        gemini=(gemini.answers(gemini.chunk(gemini.text("An orange area."), finish="STOP")),),
        claude=(claude.answers(claude.text(0, "It is orange.")),),
    ) as both:
        program = screen.launch(stored.home, variables=both.variables)
        attach(screen, program, path)
        chip(program, "cat.png")
        program.send("What colour is it?")
        program.wait_for("list item", begins="Assistant:", holds="It is orange.")
        program.wait_for("list item", begins="You: What colour is it? Attached: cat.png (PNG picture, 320")
        asked, told = both.gemini.requests[0].json, both.claude.requests[0].json
    encoded = base64.b64encode(path.read_bytes()).decode()
    (inline,) = [part["inlineData"] for part in asked["contents"][-1]["parts"] if "inlineData" in part]
    assert inline["mime_type"] == "image/png"
    assert base64.urlsafe_b64decode(inline["data"]) == path.read_bytes()  # the SDK's alphabet
    assert [block["source"] for block in told["messages"][-1]["content"] if block["type"] == "image"] == [
        {"type": "base64", "media_type": "image/png", "data": encoded}
    ]
    kept = stored.runs()[0]["handoff"] + stored.runs()[0]["opening"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() in kept
    assert encoded[:60] not in kept


def test_what_is_pasted_stays_with_the_draft_over_a_kill(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home, "--demo")
    with clipboard(screen):
        paste(screen, program)
        chip(program, "Pasted picture.png")
    with clipboard(screen, LONG):
        paste(screen, program)
        chip(program, "Pasted text.txt")
    wait_until(lambda: len(stored.rows("SELECT 1 FROM draft_attachments")) == 2, "the draft to be kept")
    program.kill()
    program = screen.launch(stored.home, "--demo")
    program.press("list item", "New conversation")
    chip(program, "Pasted picture.png")
    chip(program, "Pasted text.txt")
    program.send("What is it?")
    program.wait_for("list item", begins="Assistant:", holds="A long line of pasted words.")
    wait_until(lambda: not stored.rows("SELECT 1 FROM draft_attachments"), "the draft to be cleared")


def test_undo_puts_a_long_paste_back_as_text(screen: Desktop, stored: Stored) -> None:
    program = screen.launch(stored.home, "--demo")
    with clipboard(screen, LONG):
        paste(screen, program)
        chip(program, "Pasted text.txt")
        screen.keys("ctrl+z")
        program.wait_for("text", "Message", holds="A long line of pasted words.")
    assert program.find("list item", begins="Pasted text.txt, ") is None
    wait_until(lambda: stored.rows("SELECT 1 FROM blobs") == [], "the file to be gone")


def test_a_file_that_no_model_reads_is_refused_in_words(screen: Desktop, stored: Stored) -> None:
    stored.home.mkdir(parents=True)
    (stored.home / "archive.zip").write_bytes(b"PK\x03\x04 and so on")
    program = screen.launch(stored.home, "--demo")
    attach(screen, program, stored.home / "archive.zip")
    program.wait_for("label", begins="'archive.zip' cannot be attached. It is a ZIP archive")


def test_a_queued_message_takes_its_file_along(screen: Desktop, stored: Stored) -> None:
    stored.configure(NO_TITLES)
    path = stored.home / "plan.txt"
    path.write_text("Water the larch on Thursday.\n", encoding="utf-8")
    held = Held(before=("Lar",), after=("ch.",))
    nothing = gemini.says("Nothing had to be gathered.")
    with providers(gemini=(nothing, nothing), claude=(held.step, claude.answers(claude.text(0, "Thursday.")))) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("a tree")
        wait_until(lambda: stored.rows("SELECT 1 FROM runs WHERE partial_text LIKE 'Lar%'"), "the half")
        attach(screen, program, path)
        chip(program, "plan.txt")
        program.send("when?")
        program.wait_for("list item", "Queued: when? · plan.txt")
        assert program.find("list item", begins="plan.txt, ") is None
        held.let_go()
        program.wait_for("list item", "Assistant: Thursday.")
        program.wait_for("list item", begins="You: when? Attached: plan.txt")
        told = both.claude.requests[-1].json
    assert "Water the larch" in str(told["messages"][-1])
