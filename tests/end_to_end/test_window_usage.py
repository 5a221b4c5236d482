"""Usage and cost in the real window over sixty days of use: plot, table, and the file that its dialog saves."""

import asyncio
import csv
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.engine.messages import Brain, ModelInfo, Usage
from desktop.engine.store.store import Store
from desktop.engine.store.usage import Spent
from tests.end_to_end.desktop_session import ROOT, Desktop, Program, wait_until
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_keys import run_in

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
MODELS = (
    (Brain.ORCHESTRATOR, ModelInfo(provider="gemini", name="gemini-3.8-flash", label="", host=""), 0.4e-6),
    (Brain.RESPONDER, ModelInfo(provider="anthropic", name="claude-sonnet-5-5", label="", host=""), 3e-6),
    (Brain.RESPONDER, ModelInfo(provider="openai-compatible", name="qwen3:14b", label="", host="box:1"), None),
)
DAYS = 60


async def seed(database: Path, *, priced: bool) -> int:
    """Sixty days of calls, the same each time; returns how many."""
    database.parent.mkdir(parents=True)
    store = await Store.open(database)
    conversations = [await store.conversations.create("/nowhere", "chat") for _ in range(3)]
    for number, each in enumerate(conversations):
        await store.keeping.rename(each.id, f"Conversation {number}")
    chance, count = random.Random(3), 0
    midday = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    moments = []
    for back in range(DAYS):
        for brain, model, rate in MODELS:
            tokens = chance.randrange(2_000, 90_000)
            usage = Usage(
                input_tokens=tokens,
                cached_tokens=tokens // 2,
                cache_write_tokens=tokens // 10,
                output_tokens=tokens // 9,
                thinking_tokens=tokens // 40,
                cost_usd=tokens * rate if rate is not None and priced else None,
            )
            await store.usage.add(Spent(conversations[back % 3].id, "r_1", brain, model, usage))
            moments.append((midday - timedelta(days=back)).astimezone().isoformat())
            count += 1
    await store.close()
    with closing(sqlite3.connect(database)) as db, db:
        for row, at in enumerate(moments, start=1):
            utc = datetime.fromisoformat(at).astimezone(UTC).isoformat()
            db.execute("UPDATE usage SET at = ? WHERE id = ?", (utc, row))
    return count


def database_of(home: Path) -> Path:
    return home / "data" / "cortex-desktop" / "cortex.sqlite3"


def choose(program: Program, now: str, wanted: str) -> None:
    program.press("combo box", now)
    program.press("list item", wanted)
    program.wait_for("combo box", wanted)


def test_sixty_days_are_shown_and_exported_as_they_are(screen: Desktop, stored: Stored) -> None:
    count = asyncio.run(seed(database_of(stored.home), priced=True))
    program = screen.launch(stored.home, "--demo")
    screen.keys("ctrl+shift+u")
    program.wait_for("dialog", "Usage and cost")
    choose(program, "Last 30 days", "Last 90 days")
    program.wait_for("label", begins="$", holds=f"and {DAYS} unknown")
    program.wait_for("label", begins=f"The price of {DAYS} calls is not known.")
    screen.picture(PICTURES / "usage.png")
    choose(program, "By day", "By conversation")
    program.wait_for("table cell", "Conversation 2")
    target = stored.home / "out" / "use.csv"
    target.parent.mkdir()
    program.press("push button", "Export")
    program.wait_for("dialog", begins="Export usage and cost")
    program.wait_for_focus("File name:")
    screen.keys("ctrl+a")
    screen.type(str(target))
    screen.picture(PICTURES / "usage-export.png")
    screen.keys("Return")
    program.wait_for("label", begins=f"Exported {count} lines to")
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {row["cost_usd"] for row in rows if row["model"] == "qwen3:14b"} == {""}
    held = stored.rows("SELECT SUM(cache_write_tokens) AS w, SUM(input_tokens) AS i, SUM(cost_usd) AS c FROM usage")[0]
    assert sum(int(row["cache_write_tokens"]) for row in rows) == held["w"]
    assert sum(int(row["input_tokens"]) for row in rows) == held["i"]
    assert sum(float(row["cost_usd"] or 0) for row in rows) == pytest.approx(held["c"])
    assert oct(target.stat().st_mode & 0o777) == "0o600"
    said = run_in(screen, stored.home, "usage", "--csv")
    assert said.splitlines() == target.read_text(encoding="utf-8").splitlines()
    words = run_in(screen, stored.home, "usage")
    assert all(head in words for head in ("By day", "By model", "By brain", "By conversation"))
    assert f"and {DAYS} unknown" in words


def test_where_no_price_is_known_tokens_are_plotted(screen: Desktop, stored: Stored) -> None:
    asyncio.run(seed(database_of(stored.home), priced=False))
    program = screen.launch(stored.home, "--demo")
    screen.keys("ctrl+shift+u")
    program.wait_for("label", begins="cost unknown")
    program.wait_for("label", "No price is known: the plot shows tokens.")
    screen.picture(PICTURES / "usage-unknown.png")
    wait_until(lambda: program.find("table cell", "unknown"), "a cost that is not known")
