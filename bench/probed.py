"""The program with its window and a scripted server behind both brains, told of by a probe inside it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bench.display import display
from bench.model_server import ModelServer, Script, model_server
from bench.windows import make_home, window


@contextlib.contextmanager
def probed(script: Script, *probe: str) -> Iterator[tuple[IO[bytes], ModelServer]]:
    """A window on a display of its own, for the length of a block.

    Args:
        script: How the server answers.
        probe: The module that opens the window, and its arguments; it writes to the file that ``BENCH_PIPE`` names.

    Yields:
        What the probe writes, unbuffered, and the server.
    """
    with tempfile.TemporaryDirectory(prefix="cortex-bench-") as name, model_server(script) as server:
        folder = Path(name)
        home = make_home(folder / "home") | {
            "ANTHROPIC_API_KEY": "key-of-anthropic",
            "ANTHROPIC_BASE_URL": server.url,
            "GEMINI_API_KEY": "key-of-gemini",
            "GOOGLE_GEMINI_BASE_URL": server.url,
        }
        reading, writing = os.pipe()
        home["BENCH_PIPE"] = str(writing)
        with (
            display(folder) as shown,
            os.fdopen(reading, "rb", buffering=0) as pipe,
            window(shown, home, ["-m", *probe], (writing,)),
        ):
            os.close(writing)
            yield pipe, server
