"""search_100k: the slowest of many kinds of query over 100,000 messages in a real database file."""

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.line import Line, NotMeasured
from desktop.engine.store.migrations import MIGRATIONS, m006_search, migrate
from desktop.engine.store.store import Store

_CONVERSATIONS, _MESSAGES_EACH = 2_000, 50
_TIMES = 7
_BEFORE_SEARCH = MIGRATIONS.index(m006_search)
"""How many migrations came before the one that makes the index: it has all the messages to take in."""


def measure() -> list[Line]:
    """The line."""
    return [Line("search_100k_ms", asyncio.run(_measure()), "ms", 100.0)]


async def _measure() -> float:
    words = _vocabulary()
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as folder:
        path = Path(folder) / "cortex.sqlite3"
        await asyncio.to_thread(_fill, path, words)
        store = await Store.open(path)
        try:
            return max([await _median_ms(store, query, found) for query, found in _queries(words)])
        finally:
            await store.close()


def _queries(words: list[str]) -> list[tuple[str, bool]]:
    """One word, part of a word, rare, common, short, CJK, hostile; and whether it must be found."""
    return [
        ("needle", True),
        ("eedl", True),
        ("CAFE", True),
        ("京都", True),
        ("都", True),
        ("都京", False),
        (words[0], True),
        (words[1][:3], True),
        ("a", True),
        ("e o", True),
        ("zzzz qqqq", False),
        ('" OR * NEAR( -', False),
        ("x" * 10_000, False),
        (" ".join(words), False),
    ]


async def _median_ms(store: Store, query: str, found: bool) -> float:
    times = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        hits = await store.search.messages(query)
        times.append((time.perf_counter() - began) * 1000)
        if bool(hits) != found:
            raise NotMeasured(f"the search for {query[:20]!r} found {len(hits)} messages")
    return statistics.median(times)


def _vocabulary() -> list[str]:
    chance = random.Random(1)
    letters = "eeeeeettttaaaoooiiinnnssshhhrrrdllcumwfgypbvk"
    return ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(8_000)]


def _fill(path: Path, words: list[str]) -> None:
    chance = random.Random(2)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, None, MIGRATIONS[:_BEFORE_SEARCH])
        db.execute("BEGIN")
        for number in range(_CONVERSATIONS):
            at = f"2026-01-01T{number // 60 % 24:02}:{number % 60:02}:00+00:00"
            db.execute(
                "INSERT INTO conversations (id, title, role, workspace, created_at, updated_at)"
                " VALUES (?, ?, 'chat', '/', ?, ?)",
                (f"c{number}", f"Conversation {number}", at, at),
            )
            for position in range(_MESSAGES_EACH):
                text = " ".join(chance.choices(words, k=chance.choice((8, 40, 120))))
                if (number, position) == (3, 7):
                    text += " Café in 京都, needle"
                db.execute(
                    "INSERT INTO messages (id, conversation_id, position, role, text, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (f"m{number}-{position}", f"c{number}", position, ("user", "assistant")[position % 2], text, at),
                )
        db.execute("COMMIT")
