"""What the program keeps on disk, read beside it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.end_to_end.desktop_session import wait_until


class Stored:
    """The database below a home of `desktop_session.home_variables`.

    Args:
        home: The program's home folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._file = home / "data" / "cortex-desktop" / "cortex.sqlite3"

    def configure(self, settings: str) -> None:
        """Write the settings file, for a program that is not started yet.

        Args:
            settings: TOML.
        """
        path = self.home / "config" / "cortex-desktop" / "settings.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(settings, encoding="utf-8")

    @property
    def workspace(self) -> Path:
        """The default workspace."""
        return self.home / "documents" / "Cortex"

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query; none while there is no database."""
        if not self._file.exists():
            return []
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def runs(self) -> list[dict[str, Any]]:
        """All runs, oldest first."""
        return self.rows("SELECT * FROM runs ORDER BY started_at")

    def states(self) -> list[str]:
        """The states of all runs, oldest first."""
        return [run["state"] for run in self.runs()]

    def wait_for_states(self, *states: str) -> None:
        """Wait until these are the states of all runs: an answer stands in the window before its run is stored."""
        wait_until(lambda: self.states() == list(states), f"runs that are {', '.join(states)}")

    def calls(self) -> list[tuple[str, str]]:
        """Tool and state of all calls, oldest first."""
        query = "SELECT tool, calls.state FROM calls JOIN runs ON runs.id = run_id"
        return [(row["tool"], row["state"]) for row in self.rows(f"{query} ORDER BY runs.started_at, round, position")]

    def messages(self) -> list[tuple[str, str]]:
        """Role and text of all messages, in order."""
        return [(row["role"], row["text"]) for row in self.rows("SELECT * FROM messages ORDER BY created_at, position")]

    def answers(self) -> list[str]:
        """The texts of all answers."""
        return [text for role, text in self.messages() if role == "assistant"]

    def handoff(self, run: int = -1) -> list[dict[str, str]]:
        """A run's handoff: a list of role and text."""
        stored = self.runs()[run]["handoff"]
        assert stored is not None
        return list(json.loads(stored))

    def files(self) -> Iterator[Path]:
        """Every file below the home."""
        return (path for path in self.home.rglob("*") if path.is_file())

    def log(self) -> str:
        """What the program has logged."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.home.rglob("*.log")))

    def files_that_hold(self, text: str) -> list[Path]:
        """The files below the home that hold a text."""
        return [path for path in self.files() if text.encode() in path.read_bytes()]
