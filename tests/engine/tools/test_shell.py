"""run_command, with real processes."""

import asyncio
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.sandbox import Sandbox, find_sandbox
from desktop.engine.tools.shell import shell_tools
from tests.engine.tools.conftest import Call, caller, cancel, card_maker, fields_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="speaks sh")


async def no_sandbox() -> Sandbox | None:
    return None


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(shell_tools(no_sandbox), context)


@pytest.fixture
def marker() -> str:
    """A number of seconds that no other process sleeps."""
    return f"9{secrets.randbelow(10**8)}"


@pytest.fixture
def ready(root: Path) -> Path:
    """A pipe that a command writes to when it has come so far."""
    pipe = root / "ready"
    os.mkfifo(pipe)
    return pipe


@pytest.fixture(autouse=True)
def _nothing_left(marker: str) -> Iterator[None]:
    yield
    left = living(marker)
    for process in left:
        process.kill()
    assert not left


def living(marker: str) -> list[psutil.Process]:
    """The processes with a word among their arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            if marker in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            pass
    return found


async def reached(pipe: Path) -> str:
    return await asyncio.to_thread(pipe.read_text)


async def test_output_and_exit_code_come_back(call: Call, root: Path) -> None:
    output = await call("run_command", command="pwd; echo wrong >&2")
    assert output.text == f"{root}\nwrong\n[Exit code 0.]"
    assert not output.failed


async def test_exit_code_other_than_zero_is_a_failure(call: Call) -> None:
    output = await call("run_command", command="exit 3")
    assert output.text == "[No output.]\n[Exit code 3.]"
    assert output.failed


async def test_input_is_empty(call: Call) -> None:
    assert (await call("run_command", command="cat; echo end")).text == "end\n[Exit code 0.]"


async def test_bytes_that_are_no_text_do_no_harm(call: Call) -> None:
    assert (await call("run_command", command=r"printf 'a\377b'")).text == "a\ufffdb\n[Exit code 0.]"


async def test_long_output_keeps_head_and_tail_and_marks_the_gap(call: Call) -> None:
    text = (
        await call("run_command", command="echo first; head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last")
    ).text
    assert text.startswith("first\nxxx")
    assert text.endswith("xxx\nlast\n[Exit code 0.]")
    assert "bytes of output are left out here" in text
    assert len(text) < 70_000


async def test_flood_is_ended_by_the_time_limit(call: Call, marker: str) -> None:
    output = await call("run_command", command=f"yes {marker}", timeout_s=1)
    assert output.failed
    assert "Ended after 1 second" in output.text
    assert len(output.text) < 70_000
    assert not living(marker)


async def test_child_in_the_background_that_holds_the_pipe_does_not_hold_the_call(call: Call, marker: str) -> None:
    output = await call("run_command", command=f"sleep {marker} & echo done")
    assert output.text == "done\n[Exit code 0.]\n[1 background process ended with it.]"
    assert not living(marker)


async def test_stop_ends_a_child_that_ignores_the_request(call: Call, ready: Path, marker: str) -> None:
    task = asyncio.ensure_future(
        call("run_command", command=f"trap '' TERM; echo ok > ready; while :; do sleep {marker}; done")
    )
    await reached(ready)
    await cancel(task)
    assert not living(marker)


async def test_stop_ends_what_left_the_tree_and_the_session(call: Call, ready: Path, marker: str) -> None:
    # forked twice, in a session of its own: its parent is init, its group another
    inner = f'trap "" TERM HUP; echo ok > ready; while :; do sleep {marker}; done'
    task = asyncio.ensure_future(call("run_command", command=f"(setsid sh -c '{inner}' &) ; sleep {marker}"))
    await reached(ready)
    await cancel(task)
    assert not living(marker)


async def test_stop_ends_a_grandchild_with_an_emptied_environment(call: Call, ready: Path, marker: str) -> None:
    command = f"env -i /bin/sh -c 'echo ok > ready; sleep {marker}; true'; true"
    task = asyncio.ensure_future(call("run_command", command=command))
    await reached(ready)
    await cancel(task)
    assert not living(marker)


async def test_stop_ends_a_process_that_was_halted(call: Call, ready: Path, marker: str) -> None:
    task = asyncio.ensure_future(call("run_command", command=f"sleep {marker} & kill -STOP $!; echo ok > ready; wait"))
    await reached(ready)
    await cancel(task)
    assert not living(marker)


async def test_polite_request_comes_before_force(call: Call, root: Path, ready: Path) -> None:
    task = asyncio.ensure_future(
        call(
            "run_command", command="trap 'echo saved > saved; exit' TERM; echo ok > ready; while :; do sleep 0.01; done"
        )
    )
    await reached(ready)
    await cancel(task)
    assert (root / "saved").read_text() == "saved\n"


async def test_keys_are_not_in_the_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "value-of-a-key")
    monkeypatch.setenv("MY_TOKEN", "value-of-a-key")
    monkeypatch.setenv("HARMLESS", "stays")
    text = (await call("run_command", command="env")).text
    assert "value-of-a-key" not in text
    assert "HARMLESS=stays" in text


@pytest.mark.parametrize("timeout_s", [0, 601])
async def test_time_limit_out_of_bounds_is_refused(call: Call, timeout_s: int) -> None:
    output = await call("run_command", command="echo ran", timeout_s=timeout_s)
    assert output.failed
    assert "ran\n" not in output.text


async def test_missing_workspace_is_said_in_words(root: Path) -> None:
    gone = ToolContext(root=root / "gone", notes=None)  # type: ignore[arg-type]
    output = await caller(shell_tools(no_sandbox), gone)("run_command", command="true")
    assert "does not exist" in output.text


async def test_card_shows_the_command_the_folder_and_that_there_is_no_sandbox(context: ToolContext, root: Path) -> None:
    made = await card_maker(shell_tools(no_sandbox), context)("run_command", command="rm -rf .\n# \u202e", timeout_s=5)
    assert made.effect == f"Runs a command in {root}"
    assert made.fields[0].style == "command"
    fields = fields_of(made)
    assert fields["Command"] == "rm -rf .\n# \u202e"
    assert fields["Folder"] == str(root)
    assert fields["Sandbox"].startswith("None")
    assert fields["Time limit"] == "5 seconds"


async def test_sandbox_is_looked_for_once(context: ToolContext) -> None:
    looked = []

    async def find() -> Sandbox | None:
        looked.append(True)
        return None

    tools = shell_tools(find)
    card, call = card_maker(tools, context), caller(tools, context)
    await asyncio.gather(card("run_command", command="true"), card("run_command", command="true"))
    await call("run_command", command="true")
    assert len(looked) == 1


class TestInASandbox:
    @pytest.fixture
    async def sandbox(self, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
        private = tmp_path_factory.getbasetemp() / "private"
        private.mkdir(exist_ok=True)
        (private / "key").write_text("SECRET")
        found = await find_sandbox([private])
        if found is None:
            pytest.skip("no sandbox works here")
        return found

    @pytest.fixture
    def call(self, context: ToolContext, sandbox: Sandbox) -> Call:
        async def find() -> Sandbox | None:
            return sandbox

        return caller(shell_tools(find), context)

    async def test_workspace_is_written_and_nothing_else(self, call: Call, root: Path) -> None:
        target = root.parent / "outside"
        home = Path.home() / "file"
        output = await call("run_command", command=f"echo x > inside; echo x > {target}; echo x > {home}; cat inside")
        assert (root / "inside").read_text() == "x\n"
        assert not target.exists()
        assert not home.exists()
        assert output.text.endswith("x\n[Exit code 0.]")

    async def test_secrets_are_hidden(self, call: Call, tmp_path_factory: pytest.TempPathFactory) -> None:
        (Path.home() / ".ssh").mkdir()
        (Path.home() / ".ssh/id").write_text("SECRET")
        (Path.home() / ".netrc").write_text("SECRET")
        private = tmp_path_factory.getbasetemp() / "private/key"
        output = await call("run_command", command=f"cat ~/.ssh/id ~/.netrc {private}; ls -A ~/.ssh")
        assert "SECRET" not in output.text

    async def test_environment_of_the_program_is_out_of_reach(self, call: Call) -> None:
        output = await call("run_command", command=f"cat /proc/{os.getpid()}/environ; echo $$; kill -0 {os.getpid()}")
        assert output.failed

    async def test_whole_file_system_as_workspace_still_hides_other_processes(self, sandbox: Sandbox) -> None:
        async def find() -> Sandbox | None:
            return sandbox

        everything = ToolContext(root=Path("/"), notes=None)  # type: ignore[arg-type]
        output = await caller(shell_tools(find), everything)(
            "run_command", command=f"tr '\\0' '\\n' < /proc/{os.getpid()}/environ"
        )
        assert output.failed

    async def test_exit_code_comes_through(self, call: Call) -> None:
        assert (await call("run_command", command="exit 7")).text.endswith("[Exit code 7.]")

    async def test_what_is_left_behind_ends_with_the_command(self, call: Call, marker: str) -> None:
        output = await call("run_command", command=f"env -i setsid sleep {marker} & echo done")
        assert output.text.startswith("done\n[Exit code 0.]")
        assert not living(marker)

    async def test_stop_ends_all_of_it(self, call: Call, ready: Path, marker: str) -> None:
        inner = f'trap "" TERM HUP; echo ok > ready; while :; do sleep {marker}; done'
        task = asyncio.ensure_future(call("run_command", command=f"(env -i setsid sh -c '{inner}' &) ; sleep {marker}"))
        await reached(ready)
        await cancel(task)
        assert not living(marker)

    async def test_polite_request_comes_before_force(self, call: Call, root: Path, ready: Path) -> None:
        command = "trap 'echo saved > saved; exit' TERM; echo ok > ready; while :; do sleep 0.01; done"
        task = asyncio.ensure_future(call("run_command", command=command))
        await reached(ready)
        await cancel(task)
        assert (root / "saved").read_text() == "saved\n"

    async def test_card_says_what_it_keeps_from(self, context: ToolContext, sandbox: Sandbox) -> None:
        async def find() -> Sandbox | None:
            return sandbox

        made = await card_maker(shell_tools(find), context)("run_command", command="true")
        assert fields_of(made)["Sandbox"].startswith("In a sandbox (bubblewrap)")
