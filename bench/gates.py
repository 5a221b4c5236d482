"""model_calls_per_gate: what a gate, decided and resumed, costs in requests to the orchestrator."""

import asyncio
import tempfile
from pathlib import Path

from bench.engine import bench_engine
from bench.line import Line, NotMeasured
from bench.model_server import Script, model_server
from desktop.engine.events import ConfirmationRequested, Event
from desktop.engine.gate import AllowOnce, Policy

_TEXT = "written after a decision"
_ROUNDS = [
    [("calculate", {"expression": "6 * 7"})],
    [("write_file", {"path": "answer.txt", "content": _TEXT})],
    [("list_directory", {"path": "."})],
]


def measure() -> list[Line]:
    """The line."""
    with_gate, without = asyncio.run(_requests(Policy.ASK)), asyncio.run(_requests(Policy.ALLOW))
    return [Line("model_calls_per_gate", with_gate - without, "count", 0)]


async def _requests(policy: Policy) -> int:
    """Requests to the orchestrator of a run that writes a file under this policy."""
    gates: list[ConfirmationRequested] = []

    def take(event: Event) -> None:
        if isinstance(event, ConfirmationRequested):
            gates.append(event)

    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name, model_server(Script(rounds=_ROUNDS)) as server:
        folder = Path(name)
        async with bench_engine(folder, server.url) as engine:
            engine.on_event = take
            run_id = await engine.work(await engine.conversation(), policies={"write_file": policy})
            for gate in gates:
                if (folder / "answer.txt").exists():
                    raise NotMeasured("the gated call ran before the decision")
                await engine.session.decide(run_id, gate.call_id, AllowOnce(), gate.binding)
                await engine.session.resume(run_id)
                await engine.session.wait(run_id)
            state = (await engine.store.runs.get(run_id)).state
            if state != "done" or len(gates) != (policy is Policy.ASK):
                raise NotMeasured(f"the run is {state} after {len(gates)} gates")
            if (folder / "answer.txt").read_text(encoding="utf-8") != _TEXT:
                raise NotMeasured("the call did not write its file")
        return sum("GenerateContent" in request["path"] for request in server.journal())
