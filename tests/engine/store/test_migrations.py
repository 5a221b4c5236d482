"""Bringing a database to this program's version: one transaction a step, a copy first, a newer one left alone."""

import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from desktop.engine.errors import StoreDamaged, StoreError, StoreTooNew
from desktop.engine.store.migrations import MIGRATIONS, Migration, migrate
from desktop.engine.store.store import Store


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def files(folder: Path) -> dict[str, int]:
    """Name and mode of each file in a folder."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def version_of(path: Path) -> int:
    with closing(connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def add_colour(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE conversations ADD COLUMN colour TEXT")


def add_size_and_fail(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE conversations ADD COLUMN size TEXT")
    raise RuntimeError("a bug in a migration")


async def test_a_new_database_has_this_programs_version(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    store = await Store.open(path)
    await store.close()
    assert version_of(path) == len(MIGRATIONS)
    assert set(files(tmp_path)) == {"new.sqlite3", "new.sqlite3.reserve"}  # nothing was there to keep


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
async def test_the_database_and_its_copies_are_the_persons_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    umask = os.umask(0o022)
    try:
        store = await Store.open(path)
        await store.conversations.create("/tmp")
        modes = files(tmp_path)
        await store.close()
        with closing(connect(path)) as db:
            migrate(db, path, (*MIGRATIONS, add_colour))
    finally:
        os.umask(umask)
    modes |= files(tmp_path)
    copy = f"new.sqlite3.before-{len(MIGRATIONS) + 1}"
    assert set(modes) >= {"new.sqlite3", "new.sqlite3-wal", "new.sqlite3-shm", copy}
    assert set(modes.values()) == {0o600}


async def test_a_copy_is_kept_before_a_database_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    store = await Store.open(path)
    await store.conversations.create("/kept")
    await store.close()
    steps: tuple[Migration, ...] = (*MIGRATIONS, add_colour)
    with closing(connect(path)) as db:
        migrate(db, path, steps)
        assert "colour" in {row[1] for row in db.execute("PRAGMA table_info(conversations)")}
    assert version_of(path) == len(steps)
    copy = path.with_name(f"old.sqlite3.before-{len(steps)}")
    assert version_of(copy) == len(MIGRATIONS)
    with closing(connect(copy)) as db:
        assert db.execute("SELECT workspace FROM conversations").fetchall() == [("/kept",)]


async def test_a_migration_that_fails_is_rolled_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    await (await Store.open(path)).close()
    with closing(connect(path)) as db:
        with pytest.raises(RuntimeError, match="a bug in a migration"):
            migrate(db, path, (*MIGRATIONS, add_colour, add_size_and_fail))
        columns = {row[1] for row in db.execute("PRAGMA table_info(conversations)")}
    assert "colour" in columns  # the step before it stays
    assert "size" not in columns
    assert version_of(path) == len(MIGRATIONS) + 1


async def test_two_programs_that_migrate_at_once_do_it_once(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    await (await Store.open(path)).close()
    steps = (*MIGRATIONS, add_colour)
    with closing(connect(path)) as late:

        def other_first(db: sqlite3.Connection) -> None:
            add_colour(db)

        with closing(connect(path)) as quick:
            migrate(quick, path, steps)
        migrate(late, path, (*MIGRATIONS, other_first))
    assert version_of(path) == len(steps)


@pytest.mark.parametrize("mode", ["delete", "wal"])
async def test_a_newer_database_is_refused_in_words_and_left_untouched(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "newer.sqlite3"
    with closing(connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {mode}")
        db.execute("CREATE TABLE of_the_future (a)")
        db.execute("PRAGMA user_version = 999")
    path.chmod(0o640)
    before = path.read_bytes(), path.stat().st_mode
    with pytest.raises(StoreTooNew, match="newer version of the program") as refused:
        await Store.open(path)
    assert refused.value.action
    assert (path.read_bytes(), path.stat().st_mode) == before
    assert set(files(tmp_path)) == {"newer.sqlite3"}


@pytest.mark.parametrize("content", [b"This is no database. " * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
async def test_a_damaged_file_is_refused_in_words_and_left_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged") as refused:
        await Store.open(path)
    assert str(path) in str(refused.value)
    assert refused.value.action
    assert path.read_bytes() == content


async def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be read or written") as refused:
        await Store.open(tmp_path / "nowhere" / "cortex.sqlite3")
    assert refused.value.action
