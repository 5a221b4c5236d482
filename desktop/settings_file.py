"""The settings' TOML file: read with words for each fault, written so that the person's own text stays."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.items import AoT, Table

from desktop.files import write_private

Key = tuple[str, ...]
"""The way to a value: table, name; or the name of an array of tables alone."""

_ARRAYS = ("model", "role", "key")
_LOOKS_SECRET = re.compile(r"(?i)(api[-_]?key|token|secret|password)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that is not used.

    Attributes:
        file: The file.
        key: The setting's name, "table.name" or "role.chat.tools"; empty for the file as a whole.
        line: Line in the file, from 1; None where it is not known.
        message: What is wrong and what to do. No value stands in it: it could be a key.
    """

    file: Path
    key: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = str(self.file) + ("" if self.line is None else f", line {self.line}")
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Rows:
    """A change of an array of tables.

    Attributes:
        rows: Its rows as they shall be; a value of None is one that is not written.
        replaces: Names of the rows that go unless they are among ``rows``; others, which we could not read, stay.
    """

    rows: Sequence[Mapping[str, Any]]
    replaces: frozenset[str]


class SettingsDamaged(Exception):
    """The file cannot be read as TOML, so nothing may be written to it; says where, and what to do."""


class TomlFile:
    """The file, and the changes that are not in it yet.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = ""
        self._changes: dict[Key, Any] = {}
        self._one_save = threading.Lock()

    def read(self) -> tuple[Mapping[str, Any], list[Problem]]:
        """The file's plain content; empty, with a problem, where it cannot be read. A missing file is empty."""
        try:
            self._text = self._read_text()
            return tomlkit.parse(self._text).unwrap(), []
        except FileNotFoundError:
            return {}, []
        except ParseError as error:
            return {}, [Problem(self._path, "", error.line, _not_toml(error))]
        except TOMLKitError as error:
            return {}, [Problem(self._path, "", None, _not_toml(error))]
        except UnicodeDecodeError:
            return {}, [Problem(self._path, "", None, "The file is not UTF-8 text. Save it as UTF-8. " + _IN_FORCE)]
        except OSError as error:
            return {}, [Problem(self._path, "", None, f"The file cannot be read ({error.strerror}). {_IN_FORCE}")]

    def scalars(self, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Each value of the tables as ("table.name", value); the arrays of tables and ``policy`` are left out."""
        for name, value in data.items():
            if name in _ARRAYS or name == "policy":
                continue
            if isinstance(value, dict):
                yield from ((f"{name}.{inner}", item) for inner, item in value.items())
            else:
                yield name, value

    def problem(self, key: str, message: str) -> Problem:
        """A problem with a setting of this name ("table.name", or "role.chat.tools" in an array)."""
        return Problem(self._path, key, _line_of(self._text, key), message)

    def unknown(self, key: str) -> Problem:
        """A problem with a name that no setting has; its value stays in the file."""
        if _LOOKS_SECRET.search(key):
            return self.problem(key, "A key does not belong in this file. Remove the line; enter it in the window.")
        return self.problem(key, "No setting has this name; it is left as it is. Look for a typing error.")

    def change(self, key: str | Key, value: Any) -> None:
        """Note a change for `save`: a value, `Rows`, or None to take it out."""
        self._changes[tuple(key.split(".")) if isinstance(key, str) else key] = value

    def save(self) -> None:
        """Put the changes into the file as it is now, edits made by hand in the meantime included.

        Raises:
            SettingsDamaged: The file is not TOML; it is left as it is.
            OSError: The file cannot be read or written.
        """
        with self._one_save:
            changes = dict(self._changes)
            if not changes:
                return
            document = self._document()
            for key, value in changes.items():
                _put(document, key, value)
            write_private(self._path, tomlkit.dumps(document))
            for key, value in changes.items():
                if self._changes.get(key) is value:  # else it was changed again while this one was written
                    del self._changes[key]

    def _document(self) -> tomlkit.TOMLDocument:
        try:
            return tomlkit.parse(self._read_text())
        except FileNotFoundError:
            document = tomlkit.document()
            document.add(tomlkit.comment("Settings of Cortex Desktop. Edit them freely: comments stay."))
            return document
        except (TOMLKitError, UnicodeDecodeError) as error:
            raise SettingsDamaged(
                f"The settings were not saved: {self._path} is damaged. Mend it, or move it away, and save again."
            ) from error

    def _read_text(self) -> str:
        # Bytes, so that line ends stay as they are; editors on Windows put a byte order mark first.
        return self._path.read_bytes().decode("utf-8-sig")


_IN_FORCE = "Until then the defaults are in force, and the file is left as it is."


def _not_toml(error: TOMLKitError) -> str:
    # The error's text ends in "at line 3 col 7"; what it quotes is at most one character.
    return f"The file is not TOML: {str(error).rstrip('.')}. Correct it. {_IN_FORCE}"


def _put(document: tomlkit.TOMLDocument, key: Key, value: Any) -> None:
    *tables, name = key
    place: Any = document
    for table in tables:
        if table not in place:
            if value is None:
                return
            place[table] = tomlkit.table()
        place = place[table]
        if not isinstance(place, dict):
            raise SettingsDamaged(
                f"The settings were not saved: {table!r} has a value in the file, and must be a table. "
                "Remove it, and save again."
            )
    if isinstance(value, Rows):
        _put_rows(place, name, value)
    elif value is None:
        place.pop(name, None)
    else:
        place[name] = value


def _put_rows(document: Any, name: str, wanted: Rows) -> None:
    """Make an array of tables hold these rows, touching only what differs: a row is the same by its ``name``."""
    rows = {row["name"]: row for row in wanted.rows}
    array = document.get(name)
    if not isinstance(array, AoT):
        array = tomlkit.aot()
    for table in list(array):
        row = rows.pop(table.get("name"), None)
        if row is not None:
            _update(table, row)
        elif table.get("name") in wanted.replaces:
            array.remove(table)
    for row in rows.values():
        table = tomlkit.table()
        _update(table, row)
        array.append(table)
    if array:
        document[name] = array
    else:
        document.pop(name, None)


def _update(table: Table, row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        if value is None:
            table.pop(name, None)
        elif name not in table or table[name] != value:
            table[name] = value


_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_NAME = re.compile(r"^\s*([^=#\[]+?)\s*=")
_ROW_NAME = re.compile(r"""^\s*["']?name["']?\s*=\s*["']([^"']*)["']""")


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _line_of(text: str, key: str) -> int | None:
    """The line that gives a name its value: a hint for the person, found without a parser."""
    table, row, header = "", "", None
    table_lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _HEADER.match(line):
            table, row, header = _plain(match[1]), "", number
            table_lines.setdefault(table, number)
        elif match := _NAME.match(line):
            if table in _ARRAYS and (named := _ROW_NAME.match(line)):
                row = named[1]
                table_lines.setdefault(f"{table}.{row}", header or number)
            where = ".".join(part for part in (table, row if table in _ARRAYS else "", _plain(match[1])) if part)
            if where == key:
                return number
    return table_lines.get(key)
