"""cached_input_ratio: how much of what a long conversation sends comes from the provider's prompt cache."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from bench.engine import GATHERER, WRITER, bench_engine
from bench.line import Line, NotMeasured
from bench.model_server import Script, model_server
from desktop.engine.limits import Limits
from desktop.engine.messages import utc_now
from desktop.engine.store.records import RunOptions

_TURNS = 20
_MINUTES_A_TURN = 2
_ANSWER_PIECES = 200
"""About 600 tokens an answer."""
_NOTES = "Plan of the garden, bed {}: sow in {} rows, water on day {}, thin out after {} weeks.\n"
_QUESTION = "What do the notes say about bed {}, and how does that fit what we said about the beds before it?"


def measure() -> list[Line]:
    """The responder's, the orchestrator's in either provider's seat, and the responder's with a history that is cut."""
    answers, gathered = asyncio.run(cached_ratios(GATHERER, Limits()))
    cut_answers, _ = asyncio.run(cached_ratios(GATHERER, Limits(history_tokens=6_000)))
    _, gathered_by_claude = asyncio.run(cached_ratios(WRITER, Limits()))
    return [
        Line("cached_input_ratio", answers, "ratio", 0.8),
        Line("cached_input_ratio_orchestrator", gathered, "ratio", 0.8),
        Line("cached_input_ratio_orchestrator_claude", gathered_by_claude, "ratio", 0.8),
        Line("cached_input_ratio_history_cut", cut_answers, "ratio", None),
    ]


async def cached_ratios(orchestrator: str, limits: Limits) -> tuple[float, float]:
    """Cached of all input tokens, as the engine stored them, of the responder's and of the orchestrator's calls."""
    rounds = [[("read_file", {"path": "notes.md"})]] if orchestrator == GATHERER else []
    script = Script(rounds=rounds, pieces=_ANSWER_PIECES, counts_cache=True)
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name, model_server(script) as server:
        folder = Path(name)
        async with bench_engine(folder, server.url, limits=limits) as engine:
            conversation = await engine.conversation()
            options = RunOptions(orchestrator=orchestrator, responder=WRITER, root=name, inject_datetime=True)
            began = utc_now().astimezone().replace(hour=9, minute=0)
            for turn in range(_TURNS):
                notes = "".join(_NOTES.format(turn, turn % 7, turn % 5, row) for row in range(12))
                (folder / "notes.md").write_text(notes, encoding="utf-8")
                run_id, _ = await engine.session.send(conversation, _QUESTION.format(turn), options)
                at = (began + timedelta(minutes=turn * _MINUTES_A_TURN)).isoformat()
                # Before the run's task reads it: the turns of a person are minutes apart.
                await engine.store.database.write(
                    lambda db, at=at, run_id=run_id: db.execute(  # type: ignore[misc]
                        "UPDATE runs SET started_at = ? WHERE id = ?", (at, run_id)
                    )
                )
                await engine.session.wait(run_id)
            rows = await engine.store.database.read(
                lambda db: db.execute(
                    "SELECT brain, COUNT(*) AS calls, SUM(cached_tokens) * 1.0 / SUM(input_tokens) AS ratio"
                    " FROM usage GROUP BY brain"
                ).fetchall()
            )
    found = {row["brain"]: (row["calls"], row["ratio"]) for row in rows}
    gathered = found["orchestrator"][0] - _TURNS * (len(rounds) + 1)  # beside them summaries of what is cut
    if found["responder"][0] != _TURNS or gathered < 0:
        raise NotMeasured(f"not the calls that were expected: {found}")
    return found["responder"][1], found["orchestrator"][1]
