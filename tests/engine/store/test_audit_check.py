"""Checking the audit log: every kind of tampering is found, and what cannot be found is said."""

import hashlib
import hmac
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.audit import AuditHead, AuditReport, report_words
from desktop.engine.messages import CallState
from desktop.engine.store.audit_chain import START, key_id, row_hash
from desktop.engine.store.audit_check import check
from desktop.engine.store.audit_reader import AuditReader
from desktop.engine.store.audit_schema import GUARDS
from desktop.engine.store.store import Store
from tests.engine.store.test_audit import call, worked

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
COLUMNS = (
    "at, step, run_id, conversation_id, call_id, round, model, tool, arguments, ruling, binding, decision,"
    " decided_by, grant_id, state, requested_at, decided_at, started_at, finished_at, duration_ms, key_id, hash"
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Three calls, four rows each, chained with the key."""
    store = await Store.open(tmp_path / "cortex.sqlite3")
    store.audit.use_key(KEY)
    for name in ("a", "b", "c"):
        await worked(store, call(name, path=f"{name}.md"))
    yield store
    await store.close()


def unguarded(path: Path, *statements: str) -> None:
    """What somebody does who can write the file: the guards dropped, the log changed, the guards put back."""
    with closing(sqlite3.connect(path)) as db:
        for name in GUARDS:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for sql in GUARDS.values():
            db.execute(sql)
        db.commit()


def path_of(store: Store) -> Path:
    assert store.audit.path is not None
    return store.audit.path


async def checked(store: Store, head: AuditHead | None) -> AuditReport:
    return await store.audit.verify(KEY, head)


async def test_an_untouched_log_is_intact(store: Store) -> None:
    head = await store.audit.head()
    assert await checked(store, head) == AuditReport(ok=True, rows=12, checked=12)
    assert report_words(await checked(store, head)) == "The audit log is intact: 12 rows checked."


TAMPERINGS = {
    "edited": ("UPDATE audit SET state = 'denied' WHERE number = 8", 8),
    "edited arguments": ("""UPDATE audit SET arguments = '{"path":"x.md"}' WHERE number = 5""", 5),
    "edited to nothing": ("UPDATE audit SET decision = NULL WHERE number = 6", 6),
    "edited type": ("UPDATE audit SET decision = CAST(decision AS BLOB) WHERE number = 6", 6),
    "edited into no UTF-8": ("UPDATE audit SET tool = CAST(x'616374ff' AS TEXT) WHERE number = 6", 6),
    "edited hash": ("UPDATE audit SET hash = upper(hash) WHERE number = 12", 12),
    "hash of other letters": ("UPDATE audit SET hash = 'é' || substr(hash, 2) WHERE number = 12", 12),
    "deleted first": ("DELETE FROM audit WHERE number = 1", 1),
    "deleted in the middle": ("DELETE FROM audit WHERE number BETWEEN 5 AND 6", 5),
    "deleted and closed up": (
        "DELETE FROM audit WHERE number = 5; UPDATE audit SET number = number - 1 WHERE number > 5",
        5,
    ),
    "swapped": (
        "UPDATE audit SET number = -1 WHERE number = 5; UPDATE audit SET number = 5 WHERE number = 6;"
        " UPDATE audit SET number = 6 WHERE number = -1",
        5,
    ),
    "inserted": (
        "UPDATE audit SET number = -number WHERE number > 4; UPDATE audit SET number = 1 - number WHERE number < 0;"
        f" INSERT INTO audit SELECT 5, {COLUMNS} FROM audit WHERE number = 4",
        5,
    ),
    "passed for one without a key": ("UPDATE audit SET key_id = '' WHERE number = 7", 7),
}


@pytest.mark.parametrize(("statements", "first_bad"), TAMPERINGS.values(), ids=TAMPERINGS)
@pytest.mark.parametrize("anchored", [True, False])
async def test_a_changed_row_is_named(store: Store, statements: str, first_bad: int, *, anchored: bool) -> None:
    head = await store.audit.head() if anchored else None
    unguarded(path_of(store), *statements.split(";"))
    report = await checked(store, head)
    assert (report.ok, report.first_bad, report.checked) == (False, first_bad, first_bad - 1)
    assert f"Row {first_bad}" in report.problem
    assert report_words(report).startswith("The audit log is not intact.")


@pytest.mark.parametrize("kept", [0, 1, 11])
async def test_a_cut_tail_shows_against_the_anchored_head(store: Store, kept: int) -> None:
    head = await store.audit.head()
    unguarded(path_of(store), f"DELETE FROM audit WHERE number > {kept}")
    report = await checked(store, head)
    assert (report.ok, report.first_bad, report.checked) == (False, kept + 1, kept)
    assert "12 rows" in report.problem


async def test_a_cut_tail_that_was_written_over_shows_too(store: Store) -> None:
    head = await store.audit.head()
    unguarded(path_of(store), "DELETE FROM audit WHERE number > 8")
    await worked(store, call("d"))
    report = await checked(store, head)
    assert (report.ok, report.first_bad) == (False, 12)
    assert "written anew" in report.problem
    assert not await store.audit.holds(head)


async def test_without_an_anchored_head_a_cut_tail_is_said_to_be_invisible(store: Store) -> None:
    unguarded(path_of(store), "DELETE FROM audit WHERE number > 8")
    report = await checked(store, None)
    assert (report.ok, report.checked) == (True, 8)
    assert report.unproven == (
        "Whether rows were cut off at the end cannot be seen. The keyring holds no head of the log yet.",
    )


async def test_an_older_copy_put_back_shows(store: Store, tmp_path: Path) -> None:
    await store.database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    copy = shutil.copy(path_of(store), tmp_path / "copy.sqlite3")
    await worked(store, call("d"))
    report = await AuditReader(Path(copy)).verify(KEY, await store.audit.head())
    assert (report.ok, report.first_bad) == (False, 13)
    assert "older copy" in report.problem


async def test_rows_after_the_anchored_head_are_borne_and_said(store: Store) -> None:
    head = await store.audit.head()
    await worked(store, call("d"))
    report = await checked(store, head)
    assert (report.ok, report.checked) == (True, 16)
    (said,) = report.unproven
    assert said.startswith("Rows 13 to 16 are younger than what the keyring holds")


async def test_another_key_in_the_keyring_shows(store: Store) -> None:
    report = await store.audit.verify(OTHER_KEY, await store.audit.head())
    assert (report.ok, report.first_bad, report.checked) == (False, 1, 0)
    assert "another key" in report.problem


async def test_rows_after_a_new_key_show_where_the_key_changed(store: Store) -> None:
    store.audit.use_key(OTHER_KEY)
    await worked(store, call("d"))
    report = await store.audit.verify(KEY, await store.audit.head())
    assert (report.ok, report.first_bad, report.checked) == (False, 13, 12)


async def test_a_key_that_cannot_be_had_leaves_its_rows_unchecked(store: Store) -> None:
    report = await store.audit.verify(None, None, "The keyring is locked.")
    assert (report.ok, report.first_bad, report.checked) == (False, None, 0)
    assert report_words(report) == (
        "12 rows could not be checked: they are chained with a key that cannot be had now. The keyring is locked.\n\n"
        "Whether rows were cut off at the end cannot be seen. The keyring is locked."
    )


async def test_a_key_that_is_gone_leaves_its_rows_unchecked(store: Store) -> None:
    report = await store.audit.verify(None, None)
    assert not report.ok
    assert "a key that the keyring does not hold." in report.problem


@pytest.mark.parametrize("name", GUARDS)
async def test_a_dropped_guard_shows(store: Store, name: str) -> None:
    await store.database.write(lambda db: db.execute(f"DROP TRIGGER {name}"))
    report = await checked(store, await store.audit.head())
    assert (report.ok, report.first_bad, report.checked) == (False, None, 12)
    assert name in report.problem


async def test_a_weakened_guard_shows(store: Store) -> None:
    weak = "CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT 1; END"
    await store.database.write(lambda db: [db.execute(each) for each in ("DROP TRIGGER audit_keeps_rows", weak)])
    assert "audit_keeps_rows" in (await checked(store, await store.audit.head())).problem


async def test_a_dropped_log_shows(store: Store) -> None:
    head = await store.audit.head()
    await store.database.write(lambda db: db.execute("DROP TABLE audit"))
    for anchored in (head, None):
        report = await checked(store, anchored)
        assert not report.ok
        assert "gone" in report.problem


# --- without a key ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "keyless.sqlite3")
    await worked(store, call("a"))
    yield store
    await store.close()


async def test_without_a_keyring_the_check_says_what_it_cannot_show(keyless: Store) -> None:
    report = await keyless.audit.verify(None, None, "This system has no keyring.")
    assert (report.ok, report.checked) == (True, 4)
    assert report.unproven == (
        "Rows 1 to 4 are chained without a key, since there was no keyring to hold one. Anybody who can write to the "
        "database could have changed them and computed the chain again.",
        "Whether rows were cut off at the end cannot be seen. This system has no keyring.",
    )


async def test_without_a_key_an_edit_that_is_not_hidden_still_shows(keyless: Store) -> None:
    unguarded(path_of(keyless), "UPDATE audit SET state = 'denied' WHERE number = 2")
    report = await keyless.audit.verify(None, None)
    assert (report.ok, report.first_bad) == (False, 2)


def rechained(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """What somebody does who knows this program and has no key: change rows, and compute the chain again."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        before, updates = START, []
        for row in map(dict, db.execute("SELECT * FROM audit ORDER BY number").fetchall()):
            del row["hash"]
            change(row)
            before = row_hash(None, before, row)
            updates.append(f"UPDATE audit SET hash = '{before}', state = '{row['state']}', key_id = '{row['key_id']}'")
            updates[-1] += f" WHERE number = {row['number']}"
    unguarded(path, *updates)


def to_denied(row: dict[str, object]) -> None:
    row |= {"state": "denied", "key_id": ""}


async def test_without_a_keyring_a_chain_computed_again_passes_as_was_said(keyless: Store) -> None:
    rechained(path_of(keyless), to_denied)
    report = await keyless.audit.verify(None, None, "This system has no keyring.")
    assert report.ok
    assert report.unproven


async def test_an_anchored_head_seals_rows_without_a_key(keyless: Store) -> None:
    head = await keyless.audit.head()
    (said,) = (await keyless.audit.verify(None, head)).unproven
    assert said.startswith("4 rows, the last of them row 4, were chained without a key and sealed later")
    rechained(path_of(keyless), to_denied)
    report = await keyless.audit.verify(None, head)
    assert (report.ok, report.first_bad) == (False, 4)


async def test_a_keyed_row_seals_the_rows_before_it(keyless: Store) -> None:
    keyless.audit.use_key(KEY)
    await worked(keyless, call("b"))
    report = await keyless.audit.verify(KEY, None)
    assert (report.ok, report.checked) == (True, 8)
    assert "4 rows, the last of them row 4, were chained without a key and sealed later" in report_words(report)
    assert "Anybody who can write" not in report_words(report)


async def test_a_keyed_log_computed_again_without_the_key_shows(store: Store) -> None:
    head = await store.audit.head()
    rechained(path_of(store), to_denied)
    assert not (await checked(store, head)).ok


async def test_rows_without_a_key_after_keyed_ones_are_named(store: Store, tmp_path: Path) -> None:
    head = await store.audit.head()
    other = await Store.open(path_of(store))  # a process that found the keyring locked
    await worked(other, call("d"), CallState.FAILED)
    await other.close()
    report = await checked(store, head)
    assert report.ok
    assert report.unproven[0].startswith("Rows 13 to 16 are chained without a key")


# --- the chain itself -------------------------------------------------------------------------------------------------

values = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text())
rows = st.dictionaries(st.text(min_size=1), values, min_size=1, max_size=8)


@given(st.lists(rows, min_size=1, max_size=6), st.one_of(st.none(), st.binary(min_size=32, max_size=32)))
def test_a_chain_is_the_hash_of_the_hash_before_and_the_row(log: list[dict[str, object]], key: bytes | None) -> None:
    before = START
    for row in log:
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        content = f"{before}\n{text}".encode("utf-8", "surrogateescape")
        expected = hashlib.sha256(content) if key is None else hmac.new(key, content, hashlib.sha256)
        before = row_hash(key, before, row)
        assert before == expected.hexdigest()


@given(rows, values, st.data())
def test_any_other_value_is_another_hash(row: dict[str, object], value: object, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    changed = row | {name: value}
    same = json.dumps(changed, sort_keys=True) == json.dumps(row, sort_keys=True)
    assert (row_hash(KEY, START, changed) == row_hash(KEY, START, row)) == same


@given(rows, st.binary(min_size=32, max_size=32))
def test_another_key_or_place_is_another_hash(row: dict[str, object], key: bytes) -> None:
    made = row_hash(KEY, START, row)
    assert (row_hash(key, START, row) == made) == (key == KEY)
    assert row_hash(None, START, row) != made
    assert row_hash(KEY, made, row) != made
    assert len(key_id(key)) == 16
    assert key.hex() not in key_id(key)


@given(st.data())
def test_any_one_change_of_any_row_is_found(data: st.DataObject) -> None:
    """A log of rows like ours in a real database; one cell of one row is made another."""
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    for statement in _log_of(data.draw(st.lists(st.booleans(), min_size=1, max_size=6))):
        db.execute(*statement)
    count = db.execute("SELECT COUNT(*) FROM audit").fetchone()[0]
    number = data.draw(st.integers(1, count))
    head = AuditHead(rows=count, hash=db.execute("SELECT hash FROM audit ORDER BY number DESC").fetchone()[0])
    assert check(db, KEY, head).ok
    column = data.draw(st.sampled_from([name.strip() for name in COLUMNS.split(",")]))
    old = db.execute(f"SELECT {column} FROM audit WHERE number = ?", (number,)).fetchone()[0]
    kind = st.integers(0, 99) if isinstance(old, int) else st.text(st.characters(codec="utf-8"))
    new = data.draw(kind.filter(lambda value: value != old))
    for name in GUARDS:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(f"UPDATE audit SET {column} = ? WHERE number = ?", (new, number))
    for sql in GUARDS.values():
        db.execute(sql)
    report = check(db, KEY, head)
    assert not report.ok
    assert report.first_bad == number
    db.close()


def _log_of(keyed: list[bool]) -> list[tuple[str, tuple[object, ...]]]:
    from desktop.engine.store.audit_schema import TABLE

    statements: list[tuple[str, tuple[object, ...]]] = [(sql, ()) for sql in (TABLE, *GUARDS.values())]
    before = START
    for number, has_key in enumerate(keyed, start=1):
        key = KEY if has_key else None
        names = [name.strip() for name in COLUMNS.split(",")]
        row: dict[str, object] = {name: f"{name} {number}" for name in names if name != "hash"}
        row |= {"number": number, "round": 1, "duration_ms": number, "key_id": key_id(key)}
        row["hash"] = before = row_hash(key, before, row)
        sql = f"INSERT INTO audit ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})"
        statements.append((sql, tuple(row.values())))
    return statements
