"""The models against a wire server by somebody else: our own scripted servers may only agree with ourselves."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from desktop.engine.messages import CallState, StopReason, ToolResult
from desktop.engine.models.base import Model, TextDelta
from desktop.engine.models.claude import ClaudeModel
from desktop.engine.models.gemini import GeminiModel
from desktop.engine.models.local_servers import find_local_servers
from desktop.engine.models.openai_compatible import OpenAICompatibleModel
from desktop.engine.requests import ModelRequest, ModelTurn, ToolDeclaration, ToolResults, UserText
from tests.wire.reading import chunks_of, turn_of

pytestmark = pytest.mark.end_to_end

HERE = Path(__file__).parent / "aimock"
ROOT = Path(__file__).parents[2]
PACKAGE = "@copilotkit/aimock"
LIST = ToolDeclaration(
    name="list_directory",
    description="Lists a folder.",
    parameters={"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
MODELS: dict[str, Callable[[str], Model]] = {
    "gemini": lambda url: GeminiModel("gemini-2.5-flash", "Gemini", "test-key", url, "v1beta", 30.0),
    "openai": lambda url: OpenAICompatibleModel("gpt-4o", "GPT", "test-key", f"{url}/v1", 30.0),
    "claude": lambda url: ClaudeModel("claude-sonnet-5-5", "Claude", "test-key", url, 30.0),
}


def installed() -> Path:
    """The package's folder, installed below build/ at first use."""
    version = json.loads((HERE / "package.json").read_text())["dependencies"][PACKAGE]
    target = ROOT / "build" / "node" / f"aimock-{version}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            fresh = Path(folder) / "aimock"
            fresh.mkdir()
            shutil.copy(HERE / "package.json", fresh)
            npm = shutil.which("npm")
            assert npm is not None
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
            done = subprocess.run([npm, "install", *quiet], cwd=fresh, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            with contextlib.suppress(OSError):  # another process was first
                os.rename(fresh, target)
    return target / "node_modules" / PACKAGE


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    command = [node, str(installed() / "dist" / "cli.js"), "-p", "0", "-f", str(HERE / "fixtures.json"), "--strict"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said: list[str] = []
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"listening on (http://\S+)", line):
                    yield found[1]
                    break
            else:
                pytest.fail("the server did not start: " + "".join(said))
        finally:
            process.terminate()
            process.communicate()  # reads what is left, so that it can end


@pytest.fixture(params=sorted(MODELS))
async def model(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Model]:
    made = MODELS[request.param](url)
    yield made
    await made.aclose()


async def test_text_streams_in_pieces(model: Model) -> None:
    chunks = await chunks_of(model, ModelRequest(system="Be kind.", items=(UserText(text="say hello"),)))
    pieces = [chunk.text for chunk in chunks if isinstance(chunk, TextDelta)]
    assert len(pieces) > 1
    assert "".join(pieces) == "Hello from a wire server that somebody else wrote."


async def test_call_and_its_result_go_round(model: Model) -> None:
    ask = ModelRequest(system="Be kind.", items=(UserText(text="list the folder"),), tools=(LIST,))
    turn = await turn_of(model, ask)
    assert turn.stop is StopReason.CALLS
    (call,) = turn.calls
    assert (call.tool, call.arguments) == ("list_directory", {"path": "notes"})
    assert call.id
    result = ToolResult(call_id=call.id, tool=call.tool, state=CallState.DONE, text="a.txt, b.txt")
    kept = ModelTurn.model_validate_json(turn.model_dump_json())
    items = (*ask.items, kept, ToolResults(results=(result,)))
    answer = await turn_of(model, ask.model_copy(update={"items": items}))
    assert (answer.text, answer.stop) == ("There are two files.", StopReason.END)


async def test_server_on_this_machine_is_found(url: str) -> None:
    port = urlsplit(url).port
    assert port is not None
    async with asyncio.timeout(30):
        (found,) = await find_local_servers([("aimock", port)], timeout_s=20)
    assert "gpt-4o" in found.models
