"""A disk that really fills up while an answer streams: it stops in words, and a kill takes nothing that was shown."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import PATIENCE_S, Desktop, Program, wait_until
from tests.end_to_end.providers import NO_TITLES, Held, providers
from tests.end_to_end.stored import Stored
from tests.wire import claude, gemini
from tests.wire.server import Exchange

pytestmark = pytest.mark.end_to_end

MESSAGE = "list item"
NO_ROOM = "There is no room left on the disk"
NOT_STORED = "not stored yet"
PICTURES = Path(__file__).parents[2] / "build" / "pictures" / "window"


class Trickle:
    """An answer that goes on and on, a part a moment, until the client has gone."""

    def __init__(self) -> None:
        self.has_ended = threading.Event()

    async def step(self, exchange: Exchange) -> None:
        """Answer a request."""
        whole = claude.turn(claude.text(0, *(f"## Part {number}\n\n{'needle ' * 60}\n\n" for number in range(400))))
        gone = asyncio.ensure_future(exchange.wait_for_disconnect())
        await exchange.start(headers=claude.SSE)
        for event in b"".join(whole).split(b"\n\n"):
            if gone.done():
                break
            with contextlib.suppress(ConnectionError):
                await exchange.chunk(event + b"\n\n")
            await asyncio.wait([gone], timeout=0.05)
        self.has_ended.set()


@pytest.fixture
def disk(stored: Stored) -> Iterator[Path]:
    """The folder of the program's data, on a small file system of its own that outlives the program."""
    data = stored.home / "data"
    data.mkdir(parents=True)
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "none", data], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("this system lets root mount nothing")
    yield data
    subprocess.run(["umount", "--lazy", data], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range(1 << 20):  # until there is no room left
            file.write(bytes(4096))
    return filler


def times_said(program: Program, words: str) -> int:
    return len([each for each in program.find_all("label") if words in each.name])


def rows_at_work(program: Program) -> list[str]:
    return [each.name for each in program.find_all(MESSAGE) if "running" in f"{each.name} {each.description}".split()]


def test_an_answer_stops_in_words_and_neither_it_nor_a_draft_is_lost_by_a_kill(
    disk: Path, screen: Desktop, stored: Stored
) -> None:
    stored.configure(NO_TITLES)
    answer = Trickle()
    nothing = gemini.says("Nothing had to be gathered.")
    with providers(gemini=(nothing,), claude=(answer.step,)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("first tree")
        program.wait_for(MESSAGE, begins="Assistant:", holds="Part 9")
        wait_until(lambda: rows_at_work(program), "a conversation that is at work")
        fill(disk)
        program.wait_for("label", holds=NO_ROOM, begins="")
        assert answer.has_ended.wait(PATIENCE_S)  # long before it would have come to its end
        program.wait_until_gone("push button", "Stop")
        program.write("typed on a full disk")
        wait_until(lambda: stored.rows("SELECT draft FROM conversations")[0]["draft"] == "typed on a full disk", "it")
        shown = program.wait_for(MESSAGE, begins="Assistant:").name
        screen.picture(PICTURES / "full-disk-stopped.png")
        assert times_said(program, NO_ROOM) == 1
        assert times_said(program, NOT_STORED) == 0
        assert rows_at_work(program) == []
        assert stored.states() == ["failed"]
        program.kill()
        again = screen.launch(stored.home, variables=both.variables)  # the disk is full still
        assert again.wait_for(MESSAGE, begins="Assistant:").name == shown
        again.wait_for("label", holds=NO_ROOM, begins="")
        assert "typed on a full disk" in again.outline()
        screen.picture(PICTURES / "full-disk-again.png")
        again.kill()
    (message,) = stored.rows("SELECT text FROM messages WHERE role = 'assistant'")
    assert shown.split()[-1] in message["text"]


def test_what_has_no_room_at_all_is_stored_as_soon_as_there_is_some(
    disk: Path, screen: Desktop, stored: Stored
) -> None:
    stored.configure(NO_TITLES)
    held = Held(before=("Lar",), after=("ch. " + "needle " * 200_000,))
    nothing = gemini.says("Nothing had to be gathered.")
    with providers(gemini=(nothing,), claude=(held.step,)) as both:
        program = screen.launch(stored.home, variables=both.variables)
        program.send("first tree")
        program.wait_for(MESSAGE, begins="Assistant: Lar")
        filler = fill(disk)
        held.let_go()
        program.wait_for("label", holds=NOT_STORED, begins="")
        program.wait_for(MESSAGE, begins="Assistant: Larch. needle")
        program.wait_until_gone("push button", "Stop")
        program.write("typed on a full disk")
        screen.picture(PICTURES / "full-disk-unstored.png")
        assert times_said(program, NO_ROOM) == 1
        assert rows_at_work(program) == []
        program.press("push button", "New conversation")
        program.wait_until_gone("push button", "Go on")
        program.press(MESSAGE, "", begins="first tree")
        program.wait_for(MESSAGE, begins="Assistant: Larch. needle")  # it is in no file, and not gone
        program.wait_for("label", holds=NOT_STORED, begins="")
        screen.picture(PICTURES / "full-disk-unstored-again.png")
        filler.unlink()
        stored.wait_for_states("failed")
        wait_until(lambda: times_said(program, NOT_STORED) == 0, "the words that it is stored now")
        wait_until(lambda: stored.rows("SELECT draft FROM conversations")[0]["draft"] == "typed on a full disk", "it")
        screen.picture(PICTURES / "full-disk-stored-late.png")
        program.kill()
        again = screen.launch(stored.home, variables=both.variables)
        again.wait_for(MESSAGE, begins="Assistant: Larch. needle")
        again.kill()
