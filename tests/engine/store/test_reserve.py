"""The room that is kept for the end of a run: taken where the disk has it, given up where it is needed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.engine.store.reserve import RESERVE_BYTES, Reserve
from desktop.engine.store.store import Store


def file_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.reserve")


def test_reserve_really_takes_the_room_and_gives_it_back(tmp_path: Path) -> None:
    database = tmp_path / "cortex.sqlite3"
    reserve = Reserve(database)
    reserve.renew()
    status = file_of(database).stat()
    assert status.st_size == RESERVE_BYTES
    if hasattr(status, "st_blocks"):
        assert status.st_blocks * 512 >= RESERVE_BYTES  # no holes
    assert status.st_mode & 0o077 == 0 or os.name == "nt"
    reserve.give_up()
    assert not file_of(database).exists()
    reserve.renew()  # at once: what needs the room is not written yet
    assert not file_of(database).exists()


def test_reserve_without_the_systems_help_takes_the_room_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    database = tmp_path / "cortex.sqlite3"
    Reserve(database).renew()
    assert file_of(database).stat().st_size == RESERVE_BYTES


def test_reserve_is_not_what_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    little = shutil.disk_usage(tmp_path)._replace(free=RESERVE_BYTES + 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: little)
    Reserve(tmp_path / "cortex.sqlite3").renew()
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_made_nothing_happens(tmp_path: Path) -> None:
    Reserve(tmp_path / "nowhere" / "cortex.sqlite3").renew()


async def test_a_store_in_memory_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await (await Store.open(None)).close()
    assert os.listdir(tmp_path) == []


FILL_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from desktop.engine.errors import StoreFull
from desktop.engine.messages import Brain, Message
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store

async def main(folder):
    store = await Store.open(folder / "cortex.sqlite3")
    conversation = (await store.conversations.create("/tmp")).id
    options = RunOptions(orchestrator="o", responder="r", root="/tmp")
    run_id, _ = await store.runs.create(conversation, "Go.", options)
    shown = ""
    try:
        while True:  # as an answer that streams
            shown += "All of these words are on the screen. " * 200
            await store.runs.save_partial(run_id, Brain.RESPONDER, shown)
            with (folder / "ballast").open("ab", buffering=0) as ballast:
                ballast.write(bytes(100_000))
    except (StoreFull, OSError):
        pass
    try:
        with (folder / "ballast").open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))
    except OSError:
        pass
    message = Message(id=store.ids.new("m"), role="assistant", text=shown, run_id=run_id)
    await store.runs.finish(run_id, "failed", message, error="full")
    for number in range(300):
        await store.conversations.set_draft(conversation, f"draft {number} " * 20)
    print(len(shown), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(Path(sys.argv[1])))
"""

LOOK = """
import asyncio, sys
from pathlib import Path
from desktop.engine.store.opening import open_checked

async def main(folder):
    opened = await open_checked(folder / "cortex.sqlite3")
    assert opened.rescued is None
    store = opened.store
    (conversation,) = await store.conversations.all()
    messages = await store.conversations.messages(conversation.id)
    draft = await store.conversations.draft(conversation.id)
    print(len(messages[-1].text), draft == "draft 299 " * 20, [state for _, state in
        await store.runs.of_conversation(conversation.id)])
    await store.close()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system of its own")
def test_on_a_disk_that_is_really_full_the_end_of_a_run_and_drafts_are_stored_and_outlive_a_kill(
    tmp_path: Path,
) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = 'mount -t tmpfs -o size=6m tmpfs "$1" || exit 77; "$2" -c "$3" "$1"; "$2" -c "$4" "$1"; "$2" -c "$4" "$1"'
    scripts = FILL_AND_DIE, LOOK
    done = subprocess.run(
        [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", inside, "sh", disk, sys.executable, *scripts],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": os.fspath(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this system lets nobody mount a file system of their own")
    assert done.returncode == 0, done.stderr
    length, *looks = done.stdout.splitlines()
    assert int(length) > 20_000
    assert looks == [f"{length} True ['failed']"] * 2  # the disk is as full at the next starts
