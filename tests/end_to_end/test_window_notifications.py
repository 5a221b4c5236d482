"""A gate that opens while the person looks elsewhere: one notification, and a click on it leads to the gate."""

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.desktop_session import PATIENCE_S, Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, providers
from tests.end_to_end.stored import Stored
from tests.notification_server import Told, notification_server
from tests.wire import claude, gemini
from tests.wire.server import Exchange, Step

pytestmark = pytest.mark.end_to_end

DIALOG = "Confirm tool call"
TITLE = "A decision is needed"
WRITES = "write_file waits for your decision. It changes files on this machine."


class Held:
    """A call that the model makes only when it is let go."""

    def __init__(self, path: str) -> None:
        self._go = threading.Event()
        arguments = {"path": path, "content": "milk\n"}
        self._answer = gemini.answers(
            gemini.chunk(gemini.call("write_file", arguments, id=f"call-{path}"), finish="STOP")
        )
        self.asked = threading.Event()

    def let_go(self) -> None:
        self._go.set()

    async def step(self, exchange: Exchange) -> None:
        self.asked.set()
        await asyncio.to_thread(self._go.wait, PATIENCE_S)
        await self._answer(exchange)


SUM_UP: Step = gemini.answers(gemini.chunk(gemini.text("It is written."), finish="STOP"))
TELL: Step = claude.answers(claude.text(0, "Done."))


def tool(screen: Desktop, *words: str) -> str:
    done = subprocess.run(
        ["xdotool", *words], env=screen.environment, check=True, capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.stdout.strip()


def found(screen: Desktop, title: str) -> str:
    """The number of a window; empty where there is none of this title."""
    command = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
    done = subprocess.run(command, env=screen.environment, capture_output=True, text=True, timeout=PATIENCE_S)
    return done.stdout.strip().split("\n")[-1]


def is_active(program: Program) -> bool:
    return any("active" in each.states for role in ("frame", "dialog") for each in program.find_all(role))


@contextmanager
def other_window(screen: Desktop) -> Iterator[None]:
    """Another program's window, that has the keyboard."""
    command = ["xmessage", "-title", "Other program", "Something else"]
    with subprocess.Popen(command, env=screen.environment, stdout=subprocess.DEVNULL) as process:
        try:
            number = wait_until(lambda: found(screen, "Other program"), "the other window")
            tool(screen, "windowactivate", "--sync", number)
            yield
        finally:
            process.terminate()


def minimise(screen: Desktop) -> None:
    tool(screen, "windowminimize", tool(screen, "getactivewindow"))


def away(program: Program) -> None:
    """Wait until the window knows that nobody looks at it."""
    wait_until(lambda: not is_active(program), "the window to be in the background")


@pytest.fixture
def service(screen: Desktop) -> Iterator[Told]:
    if not screen.has_window_manager:
        pytest.skip("needs jwm")
    with notification_server(screen.environment["DBUS_SESSION_BUS_ADDRESS"]) as told:
        yield told


def begun(screen: Desktop, stored: Stored, variables: dict[str, str]) -> Program:
    stored.configure(NO_TITLES)
    stored.workspace.mkdir(parents=True, exist_ok=True)
    return screen.launch(stored.home, variables=variables)


def sent(program: Program, held: Held) -> None:
    program.send("Write it down.")
    assert held.asked.wait(PATIENCE_S)


@pytest.mark.skipif(shutil.which("xmessage") is None, reason="needs xmessage")
def test_one_notification_leads_to_the_gate_and_goes_when_it_is_clicked(
    screen: Desktop, stored: Stored, service: Told
) -> None:
    held = Held("todo.txt")
    with providers(gemini=(held.step, SUM_UP), claude=(TELL,)) as both:
        program = begun(screen, stored, both.variables)
        sent(program, held)
        with other_window(screen):
            away(program)
            held.let_go()
            wait_until(lambda: service.calls, "a notification")
            stored.wait_for_states("waiting")
            assert service.shown == [(TITLE, WRITES)]
            assert not is_active(program)
            assert program.find("dialog") is None  # it would take the keyboard from the other program
            service.click()
            program.wait_for("push button", "Allow once", enabled=True)
            wait_until(lambda: is_active(program), "the window to come forward")
            wait_until(lambda: service.is_taken_back, "the notification to be taken back")
            program.press("push button", "Allow once")
            program.wait_for("list item", begins="Assistant:", holds="Done.")
        assert (stored.workspace / "todo.txt").read_text() == "milk\n"
        assert service.shown == [(TITLE, WRITES)]


def test_gate_of_another_conversation_is_told_while_the_window_is_minimised(
    screen: Desktop, stored: Stored, service: Told
) -> None:
    held = Held("todo.txt")
    with providers(gemini=(held.step, SUM_UP), claude=(TELL,)) as both:
        program = begun(screen, stored, both.variables)
        sent(program, held)
        screen.keys("ctrl+n")
        program.wait_for("push button", begins="What files are in this folder")
        minimise(screen)
        away(program)
        held.let_go()
        wait_until(lambda: service.calls, "a notification")
        assert service.shown == [(TITLE, WRITES)]
        service.click("review")
        wait_until(lambda: is_active(program), "the window to come forward")
        program.wait_for("list item", begins="You:", holds="Write it down.")
        program.press("push button", "Allow once")
        program.wait_for("list item", begins="Assistant:", holds="Done.")
        assert (stored.workspace / "todo.txt").read_text() == "milk\n"
        assert service.is_taken_back


@pytest.mark.skipif(shutil.which("xmessage") is None, reason="needs xmessage")
def test_gate_opens_when_the_person_comes_back_by_themselves(screen: Desktop, stored: Stored, service: Told) -> None:
    held = Held("todo.txt")
    with providers(gemini=(held.step, SUM_UP), claude=(TELL,)) as both:
        program = begun(screen, stored, both.variables)
        window = tool(screen, "getactivewindow")
        sent(program, held)
        with other_window(screen):
            away(program)
            held.let_go()
            wait_until(lambda: service.calls, "a notification")
            assert program.find("dialog") is None
            tool(screen, "windowactivate", window)
            program.wait_for("push button", "Allow once", enabled=True)
            wait_until(lambda: service.is_taken_back, "the notification to be taken back")
            screen.keys("Escape")
            program.wait_until_gone("dialog", DIALOG)
        stored.wait_for_states("waiting")
        assert service.shown == [(TITLE, WRITES)]


def test_off_the_record_no_tool_is_named(screen: Desktop, stored: Stored, service: Told) -> None:
    held = Held("todo.txt")
    with providers(gemini=(held.step, SUM_UP), claude=(TELL,)) as both:
        program = begun(screen, stored, both.variables)
        program.press("check box", "Off the record")
        sent(program, held)
        minimise(screen)
        away(program)
        held.let_go()
        wait_until(lambda: service.calls, "a notification")
        assert service.shown == [(TITLE, "A call waits for your decision.")]
        service.click()
        program.press("push button", "Deny")
        wait_until(lambda: service.is_taken_back, "the notification to be taken back")


def test_person_who_looks_at_the_window_is_told_by_it_alone(screen: Desktop, stored: Stored, service: Told) -> None:
    held = Held("todo.txt")
    with providers(gemini=(held.step, SUM_UP), claude=(TELL,)) as both:
        program = begun(screen, stored, both.variables)
        sent(program, held)
        held.let_go()
        program.press("push button", "Deny")
        stored.wait_for_states("done")
        assert service.shown == []
