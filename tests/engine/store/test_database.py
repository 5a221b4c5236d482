"""Transactions: whole or not at all, whatever happens meanwhile; and SQLite's faults in words."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.engine.errors import StoreDamaged, StoreError, StoreFull
from desktop.engine.store.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "cortex.sqlite3")
    yield database
    await database.close()


def add_note(db: sqlite3.Connection, name: str) -> None:
    db.execute("INSERT INTO notes (id, title, text, created_at) VALUES (?, '', '', '')", (name,))


async def notes(database: Database) -> list[str]:
    return await database.read(lambda db: [row["id"] for row in db.execute("SELECT id FROM notes ORDER BY id")])


async def test_an_exception_rolls_the_transaction_back(database: Database) -> None:
    def work(db: sqlite3.Connection) -> None:
        add_note(db, "a")
        raise KeyError("half way")

    with pytest.raises(KeyError):
        await database.write(work)
    assert await notes(database) == []
    await database.write(lambda db: add_note(db, "b"))
    assert await notes(database) == ["b"]


async def test_a_task_that_is_cancelled_leaves_no_half_transaction(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(db: sqlite3.Connection) -> None:
        add_note(db, "a")
        begun.set()
        assert go_on.wait(20)
        add_note(db, "b")

    task = asyncio.create_task(database.write(work))
    await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await notes(database) == ["a", "b"]  # it had begun: it is done whole


async def test_a_durable_write_waits_for_the_disk_and_the_next_one_does_not(database: Database) -> None:
    def setting(db: sqlite3.Connection) -> int:
        return int(db.execute("PRAGMA synchronous").fetchone()[0])

    full, normal = 2, 1
    assert await database.write(setting, durable=True) == full
    assert await database.write(setting) == normal
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda db: db.execute("INSERT INTO notes (id) VALUES (1)"), durable=True)
    assert await database.write(setting) == normal


async def test_a_full_disk_is_said_in_words_and_what_was_stored_stays(database: Database) -> None:
    await database.write(lambda db: add_note(db, "a"))
    await database.read(lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())
    with pytest.raises(StoreFull, match="no room left on the disk") as full:
        await database.write(lambda db: add_note(db, "b" * 1_000_000))
    assert full.value.action == "Free some space, then go on."
    assert await notes(database) == ["a"]
    await database.read(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchone())
    await database.write(lambda db: add_note(db, "c"))
    assert await notes(database) == ["a", "c"]


async def test_a_database_that_another_program_damages_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cortex.sqlite3"
    database = await Database.open(path)
    for number in range(200):
        await database.write(lambda db, n=number: add_note(db, f"{n}" * 1000))  # type: ignore[misc]
    await database.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size - size // 2))
    database = await Database.open(path)  # its first half is whole
    with pytest.raises(StoreDamaged, match="damaged"):
        await notes(database)
    await database.close()


async def test_a_database_that_is_locked_too_long_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cortex.sqlite3"
    database = await Database.open(path)
    await database.read(lambda db: db.execute("PRAGMA busy_timeout = 1").fetchone())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        await database.write(lambda db: add_note(db, "a"))
    other.close()
    await database.write(lambda db: add_note(db, "b"))
    await database.close()


async def test_two_databases_in_memory_are_two() -> None:
    one, two = await Database.open(None), await Database.open(None)
    await one.write(lambda db: add_note(db, "a"))
    assert (await notes(one), await notes(two)) == (["a"], [])
    await one.close()
    await two.close()


async def test_a_database_in_memory_puts_nothing_into_temporary_files() -> None:
    """SQLite sorts what is large in files, which would hold what was said off the record."""
    memory = 2
    database = await Database.open(None)
    assert await database.read(lambda db: db.execute("PRAGMA temp_store").fetchone()[0]) == memory
    await database.close()


FULL_DISK = """
import asyncio, sys
from pathlib import Path
from desktop.engine.errors import StoreFull
from desktop.engine.store.store import Store

async def main(folder):
    store = await Store.open(folder / "cortex.sqlite3")
    await store.notes.save_note("kept", "kept")
    count = 0
    try:
        while True:
            await store.notes.save_note("more", "x" * 50_000)
            count += 1
    except StoreFull as full:
        print(f"after {count}: {full}")
    (folder / "ballast").unlink()
    await store.notes.save_note("later", "later")
    print(len(await store.notes.find_notes("more", 10_000)) == count)
    print([title for title, _ in await store.notes.find_notes("er", 10_000) if title != "more"])
    print([title for title, _ in await store.notes.find_notes("kept", 10)])
    await store.close()

folder = Path(sys.argv[1])
(folder / "ballast").write_bytes(b"x" * 1_000_000)
asyncio.run(main(folder))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system of its own")
def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    script = tmp_path / "fill.py"
    script.write_text(textwrap.dedent(FULL_DISK))
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = 'mount -t tmpfs -o size=4m tmpfs "$1" || exit 77; exec "$2" "$3" "$1"'
    done = subprocess.run(
        [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", inside, "sh", disk, sys.executable, script],
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
    first, *rest = done.stdout.splitlines()
    assert f"There is no room left on the disk for {disk / 'cortex.sqlite3'}." in first
    assert rest == ["True", "['later']", "['kept']"]
