"""Takes what can be read out of a damaged database into a new one.

Rows are read in ranges of their row ids; a range that cannot be read is halved until what is lost stands alone.
What then refers to lost rows is mended: messages without their conversation get one, the rest lets go or goes.
"""

import mmap
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop.engine.store.first_page import with_first_page
from desktop.engine.store.health import is_damage
from desktop.engine.store.leaves import Pages, fits
from desktop.engine.store.migrations import MIGRATIONS, migrate

_MOST_FAULTS = 5_000
"""Per table: ranges that could not be read, after which the rest of the table counts as lost."""
_PROBES = 64
"""How often the upper end of a table whose end cannot be read is halved in search of it."""
TITLE = "Recovered messages"


@dataclass(frozen=True, slots=True)
class Rescued:
    """What came of a rescue.

    Attributes:
        fault: What was wrong, in SQLite's words.
        kept: Where the damaged file lies now.
        rows: Rows that were saved, by table.
        unread: Tables that could not be read whole.
    """

    fault: str
    kept: Path
    rows: dict[str, int]
    unread: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the person is told."""
        messages = self.rows.get("messages", 0)
        saved = "1 message was" if messages == 1 else f"{messages:,} messages were"
        lost = " A part could not be read." if self.unread else ""
        return f"The database was damaged. {saved} recovered.{lost} The damaged file is kept as {self.kept}"


def rescue(damaged: Path, into: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Copy what can be read.

    Args:
        damaged: The damaged file, with its ``-wal`` beside it where there is one; it is only read.
        into: The new file; must not exist.

    Returns:
        Saved rows by table, and the tables that could not be read whole.

    Raises:
        sqlite3.Error: The new file cannot be written.
        OSError: It cannot be made.
    """
    into.touch(mode=0o600)
    with tempfile.TemporaryDirectory(prefix=f"{into.name}-", dir=into.parent) as scratch:
        readable = damaged if _has_tables(damaged) else with_first_page(damaged, Path(scratch))
        return _copy_all(readable, into)


def _has_tables(path: Path) -> bool:
    source = sqlite3.connect(path, isolation_level=None)
    try:
        _lenient(source)
        return bool(source.execute("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return False
    finally:
        source.close()


def _copy_all(damaged: Path, into: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    source = sqlite3.connect(damaged, isolation_level=None)
    target = sqlite3.connect(into, isolation_level=None)
    try:
        _lenient(source)
        migrate(target, None, MIGRATIONS[: _version(source)])
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        guards = _without_guards(target)
        rows: dict[str, int] = {}
        unread: list[str] = []
        for table in _tables(target):
            rows[table], whole = _copy(source, target, table)
            if not whole:
                unread.append(table)
        if unread:
            rows |= _from_leaves(damaged, target, unread)
        _mend_references(target)
        for statement in guards:
            target.execute(statement)
        target.execute("COMMIT")
        target.execute("PRAGMA synchronous = FULL")
        target.execute("PRAGMA journal_mode = WAL")
    finally:
        source.close()
        target.close()
    return rows, tuple(unread)


def _lenient(source: sqlite3.Connection) -> None:
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        source.execute("PRAGMA writable_schema = ON")  # a schema that is damaged in part is read in part
        source.execute("PRAGMA cell_size_check = ON")
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise


def _version(source: sqlite3.Connection) -> int:
    """How many migrations it has had; the latest where that cannot be read."""
    try:
        version: int = source.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        version = 0
    return version if 0 < version <= len(MIGRATIONS) else len(MIGRATIONS)


def _tables(db: sqlite3.Connection) -> Sequence[str]:
    found = db.execute("PRAGMA main.table_list").fetchall()
    names = {row[1] for row in found if row[2] == "table" and not row[1].startswith("sqlite_")}
    first = [name for name in ("conversations", "runs", "messages", "rounds", "calls") if name in names]
    return [*first, *sorted(names - set(first))]


def _without_guards(db: sqlite3.Connection) -> list[str]:
    """Take away the triggers that refuse changes; returns what makes them again."""
    rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%RAISE(%'").fetchall()
    for name, _sql in rows:
        db.execute(f'DROP TRIGGER "{name}"')
    return [sql for _name, sql in rows]


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    try:  # hidden columns are 1, generated ones 2 and 3
        return [row[1] for row in db.execute(f'PRAGMA main.table_xinfo("{table}")') if row[6] == 0]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return []


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> tuple[int, bool]:
    known = set(_columns(source, table))
    columns = [name for name in _columns(target, table) if name in known]
    if not columns:
        return 0, False
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * (len(columns) + 1))
    select = f'SELECT rowid, {names} FROM main."{table}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid'
    insert = f'INSERT OR IGNORE INTO "{table}" (rowid, {names}) VALUES ({marks})'
    whole = True
    for row in _ranges(source, select, table):
        if row is None:
            whole = False
        else:
            target.execute(insert, row)
    saved: int = target.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]
    return saved, whole


def _from_leaves(damaged: Path, target: sqlite3.Connection, unread: Sequence[str]) -> dict[str, int]:
    """Add the rows that only a look at the pages themselves finds: their tree does not lead to them any more."""
    tables = _tables(target)
    shapes = {table: _Shape(target, table) for table in tables}
    known = "conversations" not in unread  # else a message without one is taken for one whose conversation is lost
    listed = {row[0] for row in target.execute("SELECT id FROM conversations")}
    with damaged.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for rowid, values in Pages(content).cells():
            fitting = [table for table in tables if shapes[table].fits(values)]
            if len(fitting) != 1 or fitting[0] not in unread:
                continue
            shape = shapes[fitting[0]]
            if known and shape.conversation is not None and values[shape.conversation] not in listed:
                continue  # of a conversation that was deleted
            if shape.has_row_id:
                values = (rowid, *values[1:])
            target.execute(shape.insert, values)
    return {table: target.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in unread}


class _Shape:
    """What the rows of a table look like in its pages."""

    def __init__(self, db: sqlite3.Connection, table: str) -> None:
        columns = db.execute(f'PRAGMA table_info("{table}")').fetchall()
        self._columns = [(column[2], bool(column[3])) for column in columns]
        self.has_row_id = columns[0][2] == "INTEGER" and columns[0][5] == 1
        names = [column[1] for column in columns]
        self.conversation = names.index("conversation_id") if "conversation_id" in names else None
        marks = ", ".join("?" * len(columns))
        self.insert = f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})'

    def fits(self, values: Sequence[object]) -> bool:
        return fits(values, self._columns, has_row_id=self.has_row_id)


def _ranges(source: sqlite3.Connection, select: str, table: str) -> Iterator[tuple[object, ...] | None]:
    """The rows in order of their ids; None for each range that cannot be read."""
    faults = 0
    open_ranges = [(1, _last_row(source, table))]
    while open_ranges:
        first, last = open_ranges.pop()
        reached = first - 1
        try:
            for row in source.execute(select, (first, last)):
                reached = row[0]
                yield row
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            first = reached + 1
            faults += 1
            if first > last:  # all of the range was read before the fault
                continue
            if first == last or faults > _MOST_FAULTS:
                yield None
                continue
            middle = first + (last - first) // 2
            open_ranges += [(middle + 1, last), (first, middle)]


def _last_row(source: sqlite3.Connection, table: str) -> int:
    """The last row id, or an upper bound for it that the halving can start from."""
    try:
        last = source.execute(f'SELECT MAX(rowid) FROM main."{table}"').fetchone()[0]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    else:
        return int(last or 0)
    low, high = 0, 2**40  # the last one from which on rows are found or faults are met
    for _step in range(_PROBES):
        if low >= high:
            break
        middle = (low + high + 1) // 2
        try:
            beyond = source.execute(f'SELECT 1 FROM main."{table}" WHERE rowid >= ? LIMIT 1', (middle,)).fetchone()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            beyond = None  # cannot be told: what is before it is looked at anyway
        low, high = (middle, high) if beyond else (low, middle - 1)
    return max(low, 1_000_000)


def _mend_references(db: sqlite3.Connection) -> None:
    now = datetime.now(UTC).isoformat()
    lost = "SELECT conversation_id AS id FROM {table} WHERE conversation_id NOT IN (SELECT id FROM conversations)"
    both = " UNION ".join(lost.format(table=table) for table in ("messages", "runs"))
    db.execute(
        "INSERT INTO conversations (id, title, role, workspace, created_at, updated_at)"
        f" SELECT id, ?, 'chat', '', ?, ? FROM ({both})",
        (TITLE, now, now),
    )
    while violations := db.execute("PRAGMA foreign_key_check").fetchall():
        for table, rowid, _parent, number in violations:
            columns = [row[3] for row in db.execute(f'PRAGMA foreign_key_list("{table}")') if row[0] == number]
            needed = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")') if row[3]}
            if needed.intersection(columns) or not columns:
                db.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))
            else:
                nothing = ", ".join(f'"{column}" = NULL' for column in columns)
                db.execute(f'UPDATE "{table}" SET {nothing} WHERE rowid = ?', (rowid,))
