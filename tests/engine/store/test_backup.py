"""Copies of the database in use, and putting one of them in its place."""

import os
import sqlite3
from pathlib import Path

import pytest

from desktop.engine.errors import BadFile, StoreError, StoreTooNew
from desktop.engine.store.backup import back_up, put_restore_in_place, stage_restore, staged
from desktop.engine.store.store import Store
from tests.engine.store.test_search import say


async def titles(path: Path) -> list[str]:
    store = await Store.open(path)
    found = [info.title for info in await store.conversations.all()]
    await store.close()
    return found


async def test_a_backup_of_a_database_in_use_is_whole_and_private(tmp_path: Path) -> None:
    path, copy = tmp_path / "cortex.sqlite3", tmp_path / "copy.backup"
    store = await Store.open(path)
    await say(store, "Before")
    assert back_up(path, copy) == copy.stat().st_size
    await say(store, "After")
    await store.close()
    assert await titles(copy) == ["Before"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".copy")]


async def test_a_restore_puts_the_database_aside(tmp_path: Path) -> None:
    path, copy = tmp_path / "cortex.sqlite3", tmp_path / "copy.backup"
    store = await Store.open(path)
    await say(store, "Before")
    back_up(path, copy)
    await say(store, "After")
    stage_restore(copy, path)
    with pytest.raises(StoreError, match="another process"):
        put_restore_in_place(path)
    await say(store, "Still usable")
    await store.close()
    aside = put_restore_in_place(path)
    assert aside is not None
    assert await titles(path) == ["Before"]
    assert sorted(await titles(aside)) == ["After", "Before", "Still usable"]
    assert put_restore_in_place(path) is None


async def test_a_backup_restores_also_where_the_database_is_gone_or_damaged(tmp_path: Path) -> None:
    path, copy = tmp_path / "cortex.sqlite3", tmp_path / "copy.backup"
    store = await Store.open(path)
    await say(store, "Before")
    back_up(path, copy)
    await store.close()
    path.write_bytes(b"no database" * 1000)
    stage_restore(copy, path)
    aside = put_restore_in_place(path)
    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")
    assert await titles(path) == ["Before"]
    path.unlink()
    stage_restore(copy, path)
    put_restore_in_place(path)
    assert await titles(path) == ["Before"]


async def test_what_is_no_backup_is_refused_and_nothing_is_staged(tmp_path: Path) -> None:
    path, other = tmp_path / "cortex.sqlite3", tmp_path / "other"
    with pytest.raises(BadFile, match="no file"):
        stage_restore(other, path)
    other.write_bytes(b"words" * 500)
    with pytest.raises(BadFile, match="no backup"):
        stage_restore(other, path)
    other.unlink()
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE things (id)")
    with pytest.raises(BadFile, match="no backup of this program"):
        stage_restore(other, path)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(StoreTooNew):
        stage_restore(other, path)
    assert not staged(path).exists()


async def test_a_backup_never_replaces_the_database(tmp_path: Path) -> None:
    path = tmp_path / "cortex.sqlite3"
    store = await Store.open(path)
    with pytest.raises(StoreError, match="itself"):
        back_up(path, path)
    await store.close()
