"""Off the record, what else could leave a trace: files, pastes, queue, search, titles, long results, a crash.

The same on the record is the control, as in `test_off_record`.
"""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.crashing import COMMAND, crash
from tests.end_to_end.desktop_session import ROOT, Desktop, Program, home_variables, wait_until
from tests.end_to_end.offering import attach, clipboard
from tests.end_to_end.planted import find_planted
from tests.end_to_end.program import on_a_terminal
from tests.end_to_end.providers import Held, providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_off_record import READ_NOTES, RUN, WRITE, calls
from tests.wire import claude, gemini

pytestmark = pytest.mark.end_to_end

ASKED, FILED, PASTED, TITLED = "quellnymphe", "Moosbärtchen", "birkenrinde", "Föhnsturmnacht"
SOUGHT, QUEUED, DRAFTED, LONG, TOLD = (
    "schluchtenweg",
    "haselmausnest",
    "torfmoorrand",
    "Flüstergräser",
    "Nebelkrähenruf",
)
NAMED = "wurzelgnom"
KEPT = (ASKED, FILED, PASTED, TITLED, QUEUED, DRAFTED, LONG, TOLD, NAMED)
"""What the record holds where there is one."""
WORDS = (*KEPT, SOUGHT)
READ_LONG = calls("read_file", {"path": "long.md"})
TITLE = claude.answers(claude.text(0, f"{TITLED} in May"))


@dataclass(frozen=True)
class Places:
    """Where the program could leave something.

    Attributes:
        home: Its own folders.
        temporary: For temporary files.
        working: Where a core would lie.
        person: The person's own files: not looked through.
    """

    home: Path
    temporary: Path
    working: Path
    person: Path

    @property
    def variables(self) -> dict[str, str]:
        return {"TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}

    def found(self, *more: Path) -> dict[str, set[str]]:
        return find_planted([self.home, self.temporary, self.working, *more], WORDS, {self.person})


@pytest.fixture
def places(tmp_path: Path, stored: Stored) -> Places:
    made = Places(stored.home, tmp_path / "tmp", tmp_path / "cwd", stored.workspace)
    for folder in (made.temporary, made.working, made.person):
        folder.mkdir(parents=True)
    (made.person / "notes.md").write_text(f"The {FILED} is here.\n", encoding="utf-8")
    (made.person / "long.md").write_text(f"The {LONG} sing.\n" * 6000, encoding="utf-8")
    (made.person / f"{NAMED}.txt").write_text(f"Of {FILED}.\n" * 50, encoding="utf-8")
    return made


def hold_conversation(screen: Desktop, program: Program, places: Places, *, off_record: bool) -> None:
    """Files, a long result, a title, a copy, a search, a queued message and a draft, while an answer streams."""
    if off_record:
        program.press("check box", "Off the record")
    attach(screen, program, places.person / f"{NAMED}.txt")
    program.wait_for("list item", begins=f"{NAMED}.txt, ")
    with clipboard(screen, f"A line of {PASTED}.\n" * 200):
        program.click(program.wait_for("text", "Message"))
        program.wait_for_focus("Message")
        screen.keys("ctrl+v")
        program.wait_for("list item", begins="Pasted text.txt, ")
    program.send(f"What of the {ASKED}?")
    program.wait_for("list item", begins="Assistant:", holds=TOLD)
    if not off_record:  # no title is asked for off the record
        program.wait_for("frame", begins=TITLED)
    program.click(program.wait_for("text", "Search conversations"))
    program.wait_for_focus("Search conversations")
    screen.type(SOUGHT)
    program.wait_for("text", "Search conversations", holds=SOUGHT)
    screen.keys("ctrl+a", "Delete")
    program.send("Go on.")
    program.wait_for("list item", begins="Assistant:", holds="It begins")
    program.send(f"And the {QUEUED}?")
    program.wait_for("list item", begins=f"Queued: And the {QUEUED}?")
    screen.keys("alt+Up", "ctrl+shift+c")
    program.write(f"a draft of {DRAFTED}")


@pytest.mark.parametrize("off_record", [True, False])
def test_window_leaves_no_trace_of_files_queue_search_and_title_and_of_a_real_crash(
    screen: Desktop, places: Places, stored: Stored, *, off_record: bool
) -> None:
    held = Held(("It begins ", "slowly"), (" and ends.",))
    told = claude.answers(claude.text(0, f"The {TOLD} says so."))
    answers = (told, held.step) if off_record else (told, TITLE, held.step)
    with providers(
        gemini=(READ_NOTES, READ_LONG, gemini.says("Read."), gemini.says("Nothing.")), claude=answers
    ) as both:
        program = screen.launch(
            places.home, command=COMMAND, variables=places.variables | both.variables, cwd=places.working
        )
        hold_conversation(screen, program, places, off_record=off_record)
        if not off_record:
            wait_until(lambda: stored.files_that_hold(DRAFTED), "the draft to be kept")
        crash(program)
        held.let_go()
    assert list(places.working.iterdir()) == []  # no core
    screen.programs.remove(program)
    (places.working / "stderr.txt").write_text(program.complaints, encoding="utf-8")
    found = places.found(Path(screen.environment["XDG_RUNTIME_DIR"]))
    if off_record:
        assert found == {}
        again = screen.launch(places.home, "--demo", variables=places.variables, cwd=places.working)
        assert again.terminate() == 0
        assert places.found() == {}
    else:
        assert set(KEPT) <= set(found)
        assert SOUGHT not in found
        assert str(places.working) not in str(found)


@pytest.mark.parametrize("off_record", [True, False])
def test_command_line_leaves_no_trace_of_gates_at_the_terminal_files_and_ctrl_c(
    places: Places, monkeypatch: pytest.MonkeyPatch, *, off_record: bool
) -> None:
    for name, value in {**home_variables(places.home), "TMPDIR": str(places.temporary)}.items():
        monkeypatch.setenv(name, value)
    options = ["--root", str(places.person), *(["--off-record"] if off_record else [])]
    told = claude.answers(claude.text(0, f"The {TOLD} says so."))
    held = Held((f"Of {LONG} ", "slowly"), (" and ends.",))
    with providers(
        gemini=(READ_NOTES, WRITE, gemini.says("Read."), RUN, gemini.says("No."), RUN), claude=(told, held.step)
    ) as both:
        for name, value in both.variables.items():
            monkeypatch.setenv(name, value)
        attached = ["--attach", str(places.person / f"{NAMED}.txt")]
        with on_a_terminal("ask", *options, *attached, f"What of the {ASKED}?") as terminal:
            terminal.wait_for("Allow once?")
            terminal.type("why not\r")
            terminal.wait_for("Why not?")
            terminal.type(f"Not the {QUEUED}.\r")
            assert terminal.ended() == 0
            assert TOLD in terminal.seen
        with on_a_terminal("ask", *options, f"Go on with the {DRAFTED}.") as terminal:
            terminal.wait_for("Allow once?")
            terminal.type("yes\r")
            terminal.wait_for(LONG)
            terminal.type("\x03")
            assert terminal.ended() == 130
        with on_a_terminal("ask", *options, f"Once more the {PASTED}.") as terminal:
            terminal.wait_for("Allow once?")
            os.kill(terminal.process.pid, signal.SIGSEGV)
            terminal.process.wait(20)
        held.let_go()
    found = places.found()
    if off_record:
        assert found == {}
    else:
        assert {ASKED, FILED, QUEUED, DRAFTED, PASTED, TOLD, LONG, NAMED} <= set(found)
