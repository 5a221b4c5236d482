"""Off the record leaves no word on disk: a whole conversation in the real program, and then every file looked through.

The same conversation on the record is the control: there the same search finds the words.
"""

import asyncio
import base64
import contextlib
import gzip
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import PATIENCE_S, ROOT, Desktop, home_variables, wait_until
from tests.end_to_end.planted import find_planted, forms_of
from tests.end_to_end.program import ended, started
from tests.end_to_end.providers import NO_TITLES, Providers, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire.server import Exchange, Step

pytestmark = pytest.mark.end_to_end

ASKED, PASTED, STOPPED, LAST = "zweifelhirsch", "pergamentrolle", "nebelhornist", "wanderfalkner"
REASON, DRAFT = "gegengrundler", "entwurfszeile"
READ, CONTENT, COMMAND = "Dachbödenfund", "Kellertürschild", "Küstenlöwe"
SUMMED, ANSWERED, BEGUN, ECHOED = "Zusammenfügung", "Antwörterbuch", "Anfängerglück", "Echogewölbe"
KEPT = (ASKED, PASTED, STOPPED, LAST, REASON, READ, CONTENT, COMMAND, SUMMED, ANSWERED, BEGUN)
"""What the record holds where there is one."""
WORDS = (*KEPT, DRAFT, ECHOED)
LONG = " ".join(f"line {number} of a {PASTED}" for number in range(30))


def calls(tool: str, arguments: dict[str, str]) -> Step:
    wanted = gemini.call(tool, arguments, id=f"call-{tool}")
    return gemini.answers(gemini.chunk(wanted, finish="STOP", usage=gemini.usage(9, 2)))


WRITE = calls("write_file", {"path": "todo.txt", "content": f"{CONTENT}\n"})
READ_NOTES = calls("read_file", {"path": "notes.md"})
RUN = calls("run_command", {"command": f"echo {COMMAND}"})
ANSWER = claude.answers(claude.text(0, f"The {ANSWERED} ", "says so [1]."))
FAIL = claude.fails(400, "invalid_request_error", f"cannot take {ECHOED}")
BEGIN = claude.holds(
    [claude.message_start(), *(b"%b\n\n" % event for event in claude.text(0, f"{BEGUN} and", "").split(b"\n\n")[:2])]
)


@dataclass
class LetGo:
    """A step that waits until it is let go."""

    step: Step
    go: threading.Event = field(default_factory=threading.Event)

    async def play(self, exchange: Exchange) -> None:
        await asyncio.to_thread(self.go.wait, PATIENCE_S)
        await self.step(exchange)


@dataclass(frozen=True)
class Traces:
    """The folders of everything that the program could leave a trace in.

    Attributes:
        home: Settings, database with its journals and copies, logs, caches, window state.
        temporary: The folder for temporary files.
        working: The folder it is started in, where a core would lie.
        session: The desktop's own folder: the runtime folder, standard error, what went over the session bus.
        workspace: The person's own files, which the tools read and write: not looked through.
    """

    home: Path
    temporary: Path
    working: Path
    session: Path
    workspace: Path

    @property
    def variables(self) -> dict[str, str]:
        return {"TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}

    def found(self) -> dict[str, set[str]]:
        """Every planted word that was found, and where."""
        frame_buffer = self.session / "Xvfb_screen0"
        return find_planted(
            [self.home, self.temporary, self.working, self.session], WORDS, {self.workspace, frame_buffer}
        )


@pytest.fixture
def traces(tmp_path: Path, stored: Stored) -> Traces:
    made = Traces(stored.home, tmp_path / "tmp", tmp_path / "cwd", tmp_path / "session", stored.workspace)
    for folder in (made.temporary, made.working, made.session, made.workspace):
        folder.mkdir(parents=True)
    (made.workspace / "notes.md").write_text(f"The {READ} is here.\n", encoding="utf-8")
    return made


@contextlib.contextmanager
def overheard(screen: Desktop, log: Path) -> Iterator[None]:
    """All that goes over the session bus, written down."""
    with log.open("wb") as words:
        monitor = subprocess.Popen(["dbus-monitor", "--session"], env=screen.environment, stdout=words, stderr=words)
        try:
            wait_until(lambda: b"NameAcquired" in log.read_bytes(), "the monitor of the bus")
            yield
        finally:
            monitor.terminate()
            monitor.wait(PATIENCE_S)


def hold_conversation(screen: Desktop, traces: Traces, both: Providers, last_call: LetGo, *, off_record: bool) -> None:
    """Tools, two gates, a long text, a model that fails, a stop, a notification and a crash."""
    Stored(traces.home).configure(NO_TITLES)
    program = screen.launch(traces.home, variables=traces.variables | both.variables, cwd=traces.working)
    if off_record:
        program.press("check box", "Off the record")
    program.send(f"What do the notes say of the {ASKED}?")
    program.press("push button", "Deny with reason")
    program.wait_for_focus("Reason")
    screen.type(REASON)
    program.wait_for("text", "Reason", holds=REASON)
    program.press("push button", "Deny with this reason")
    program.wait_for("list item", "write_file denied")
    program.press("push button", "Allow once")
    program.wait_for("list item", "run_command done")
    program.wait_for("list item", begins="Assistant:", holds=ANSWERED)
    program.send(LONG)
    wait_until(lambda: "cannot take this request" in program.outline(), "the failure")
    program.send(f"Tell of the {STOPPED}.")
    program.wait_for("list item", begins="Assistant:", holds=BEGUN)
    program.press("push button", "Stop")
    program.wait_until_gone("push button", "Stop")
    program.write(f"an unsent {DRAFT}")
    screen.keys("ctrl+a", "Delete")
    program.send(f"Write of the {LAST}.")
    program.wait_for("push button", "Stop")
    screen.minimize()
    wait_until(lambda: not any("active" in each.states for each in program.find_all("frame")), "a window put away")
    last_call.go.set()
    bus = traces.session / "bus.txt"
    wait_until(lambda: b"A decision is needed" in bus.read_bytes(), "the notification")
    assert (b"write_file" in bus.read_bytes()) is not off_record
    program.kill()
    (traces.session / "stderr.txt").write_text(program.complaints, encoding="utf-8")
    screen.programs.remove(program)


@pytest.mark.parametrize("off_record", [True, False])
def test_window_leaves_no_word_of_a_conversation_off_the_record(
    screen: Desktop, traces: Traces, *, off_record: bool
) -> None:
    last_call = LetGo(WRITE)
    gathered = (READ_NOTES, WRITE, RUN, gemini.says(f"{SUMMED} is in it."), gemini.says("No."), gemini.says("No."))
    with (
        providers(gemini=(*gathered, last_call.play), claude=(ANSWER, FAIL, BEGIN)) as both,
        overheard(screen, traces.session / "bus.txt"),
    ):
        hold_conversation(screen, traces, both, last_call, off_record=off_record)
    found = traces.found()
    runtime = find_planted([Path(screen.environment["XDG_RUNTIME_DIR"])], WORDS)
    assert runtime == {}
    if off_record:
        assert found == {}
        again = screen.launch(traces.home, "--demo", variables=traces.variables, cwd=traces.working)
        assert again.terminate() == 0
        assert traces.found() == {}
    else:
        assert set(KEPT) <= set(found)
        assert ECHOED not in found  # what a provider says in an error is never kept


@pytest.mark.parametrize("off_record", [True, False])
def test_command_line_leaves_no_word_of_a_conversation_off_the_record(
    traces: Traces, monkeypatch: pytest.MonkeyPatch, *, off_record: bool
) -> None:
    for name, value in {**home_variables(traces.home), "TMPDIR": str(traces.temporary)}.items():
        monkeypatch.setenv(name, value)
    options = ["--root", str(traces.workspace), *(["--off-record"] if off_record else [])]
    spoken = gemini.says(f"{SUMMED} is in it.")
    with providers(gemini=(READ_NOTES, RUN, spoken, spoken, spoken), claude=(ANSWER, FAIL, BEGIN)) as both:
        for name, value in both.variables.items():
            monkeypatch.setenv(name, value)
        allowed = ["--allow", "run_command"]
        with started("ask", *allowed, *options, f"What of the {ASKED}?") as program:
            outcome = ended(program)
        assert outcome.status == 0
        assert ANSWERED in outcome.stdout
        with started("ask", *options, LONG) as program:
            assert ended(program).status == 1
        with started("ask", "--json", *options, f"Tell of the {STOPPED}.") as program:
            assert program.stdout is not None
            assert any(BEGUN in line for line in program.stdout)
            program.kill()
    found = traces.found()
    if off_record:
        assert found == {}
    else:
        assert {ASKED, PASTED, STOPPED, READ, COMMAND, SUMMED, ANSWERED} <= set(found)
        assert ECHOED not in found


def test_search_finds_a_word_in_every_form(tmp_path: Path) -> None:
    word = SUMMED
    written = {
        "plain": f"of {word}s".encode(),
        "wide": f"of {word}s".encode("utf-16"),
        "json": json.dumps({"text": f"of {word}s"}).encode(),
        **{f"base64-{n}": base64.b64encode(b"x" * n + f"{word}s".encode()) for n in range(5)},
        "zipped": gzip.compress(f"of {word}s".encode()),
        f"named-{word}": b"",
    }
    for name, content in written.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "linked").symlink_to(f"to-{word}")
    (places,) = find_planted([tmp_path], [word]).values()
    for name in (*written, "linked"):
        assert any(str(tmp_path / name) in place for place in places), name
    assert find_planted([tmp_path], ["Nirgendwörter"]) == {}
    assert all(len(form) >= len(word) - 4 for form in forms_of(word).values())
