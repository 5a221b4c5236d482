"""A run whose answer streams some text and then never goes on: to be killed. Arguments: folder, text."""

import asyncio
import sys
from pathlib import Path

from tests.bench import Bench
from tests.scripted import call, calls, forever, text


async def main(folder: Path, words: str) -> None:
    bench = Bench(folder, gatherer=(calls(call("a", "act", name="1")), text("S.")), writer=(forever(words),))
    await bench.open()
    run_id = await bench.send("Do it.", policies={"act": "allow"})
    print(run_id, flush=True)
    await bench.ended(run_id)


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
