"""A damaged database is found at the start, set aside, and what can be read of it is kept."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.engine.errors import StoreDamaged
from desktop.engine.store.opening import late_fault, open_checked
from desktop.engine.store.rescue import TITLE
from desktop.engine.store.store import Store
from tests.engine.store.filled import CONVERSATIONS, MESSAGES, fill

PAGE = 4096


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "cortex.sqlite3"
    await fill(path)
    return path


def root_of(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    found: int = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    connection.close()
    return found


def content(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, first: int, last: int) -> None:
    """Put noise in place of some pages, counted from 1."""
    noise = random.Random(first).randbytes((last - first + 1) * PAGE)
    with path.open("r+b") as file:
        file.seek((first - 1) * PAGE)
        file.write(noise)


def pages_of(path: Path) -> int:
    return path.stat().st_size // PAGE


def truncate(path: Path) -> None:
    os.truncate(path, pages_of(path) // 2 * PAGE)


def middle(path: Path) -> None:
    overwrite(path, pages_of(path) // 2, pages_of(path) // 2 + 4)


def first_page(path: Path) -> None:
    overwrite(path, 1, 1)


def zero_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(100))


async def messages_in(store: Store) -> int:
    return await store.database.read(lambda db: db.execute("SELECT COUNT(*) FROM messages").fetchone()[0])


async def test_a_sound_database_is_opened_as_it_is(path: Path) -> None:
    before = sorted(each.name for each in path.parent.iterdir())
    opened = await open_checked(path)
    assert opened.rescued is None
    assert await messages_in(opened.store) == MESSAGES
    await opened.store.close()
    opened.hold.release()
    assert sorted(each.name for each in path.parent.iterdir()) == sorted({*before, path.name, f"{path.name}.lock"})


@pytest.mark.parametrize(
    ("damage", "least"),
    [(truncate, 0.45), (middle, 0.8), (first_page, 0.99), (zero_header, 0.99)],
    ids=["truncated", "noise in the middle", "first page lost", "header lost"],
)
async def test_what_can_be_read_is_kept_and_the_file_set_aside(
    path: Path, damage: Callable[[Path], None], least: float
) -> None:
    damage(path)
    damaged = content(path)
    opened = await open_checked(path)
    rescued = opened.rescued
    assert rescued is not None
    assert content(rescued.kept) == damaged
    found = await messages_in(opened.store)
    assert least * MESSAGES <= found <= MESSAGES
    assert rescued.rows["messages"] == found
    assert f"{found:,} messages were recovered." in rescued.words
    conversation = await opened.store.conversations.create("/nowhere", "chat")
    await opened.store.conversations.set_draft(conversation.id, "it can be written to")
    assert conversation.id in {info.id for info in await opened.store.conversations.all()}
    await opened.store.close()
    opened.hold.release()
    again = await open_checked(path)
    assert again.rescued is None
    await again.store.close()
    again.hold.release()


async def test_messages_whose_conversation_is_lost_get_one(path: Path) -> None:
    overwrite(path, root_of(path, "conversations"), root_of(path, "conversations"))
    opened = await open_checked(path)
    assert opened.rescued is not None
    assert opened.rescued.unread == ("conversations",)
    assert await messages_in(opened.store) == MESSAGES
    listed = await opened.store.conversations.all()
    assert {info.title for info in listed} == {TITLE}
    texts = [(await opened.store.conversations.messages(info.id))[0].text.split()[1] for info in listed]
    assert sorted(map(int, texts)) == list(range(CONVERSATIONS))
    assert await opened.store.database.read(lambda db: db.execute("PRAGMA foreign_key_check").fetchall()) == []
    await opened.store.close()
    opened.hold.release()


async def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "cortex.sqlite3"
    path.write_text("These are words.\n" * 1000)
    opened = await open_checked(path)
    assert opened.rescued is not None
    assert opened.rescued.kept.read_text().startswith("These are words.")
    assert await opened.store.conversations.all() == []
    await opened.store.close()
    opened.hold.release()


def hold_elsewhere(path: Path) -> "subprocess.Popen[str]":
    script = "import sys\nfrom pathlib import Path\nfrom desktop.engine.store.in_use import InUse\n"
    script += "hold = InUse(Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_a_database_that_is_open_elsewhere_is_left_alone(path: Path) -> None:
    with hold_elsewhere(path) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        middle(path)
        damaged = content(path)
        with pytest.raises(StoreDamaged, match="another window or command") as refused:
            await open_checked(path)
        assert "End that one" in refused.value.action
        assert content(path) == damaged
        other.communicate()
    opened = await open_checked(path)
    assert opened.rescued is not None
    await opened.store.close()
    opened.hold.release()


_KILLED = textwrap.dedent("""
    import asyncio, os, signal, sys
    from pathlib import Path
    from desktop.engine.store import opening

    left = int(sys.argv[2])
    replace = Path.replace

    def counted(self, target):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return replace(self, target)

    Path.replace = counted
    asyncio.run(opening.open_checked(Path(sys.argv[1])))
""")


def run_and_kill(path: Path, steps: int) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-c", _KILLED, str(path), str(steps)], check=False, capture_output=True)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no kill -9")
@pytest.mark.parametrize("steps", range(3))
async def test_a_kill_in_the_middle_of_a_rescue_loses_nothing(path: Path, steps: int) -> None:
    middle(path)
    killed = run_and_kill(path, steps)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    opened = await open_checked(path)
    assert opened.rescued is not None
    assert 0.8 * MESSAGES <= opened.rescued.rows["messages"] == await messages_in(opened.store)
    assert list(path.parent.glob("*.damaged-*/cortex.sqlite3"))
    await opened.store.close()
    opened.hold.release()


async def test_a_late_fault_is_found_at_the_next_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite(path, root_of(path, "notes"), root_of(path, "notes"))
    monkeypatch.setattr("desktop.engine.store.opening.CHECK_S", -1.0)
    monkeypatch.setattr("desktop.engine.store.health._STEPS", 1)
    opened = await open_checked(path)
    assert opened.rescued is None
    assert not opened.looked_through
    assert await late_fault(path)
    await opened.store.close()
    opened.hold.release()
    opened = await open_checked(path)
    assert opened.rescued is not None
    assert await late_fault(path) is None
    await opened.store.close()
    opened.hold.release()
