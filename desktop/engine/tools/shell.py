"""The tool run_command: a shell command line in the workspace folder."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import Field

from desktop.engine.errors import BadArguments, ToolError
from desktop.engine.gate import Access, Card, CardField, Effect
from desktop.engine.tools.arguments import BuiltinArguments, WholeNumber
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.environment import command_environment
from desktop.engine.tools.processes import Outcome, run_process
from desktop.engine.tools.sandbox import Sandbox, find_sandbox
from desktop.engine.tools.texts import counted, shown

_LONGEST_S = 600
_LONGEST_COMMAND = 30_000

FindSandbox = Callable[[], Awaitable[Sandbox | None]]
"""Looks for the sandbox to use; asked once."""


class RunCommandArguments(BuiltinArguments):
    """Arguments of run_command."""

    command: str = Field(
        min_length=1, max_length=_LONGEST_COMMAND, description="A command line for the system's shell."
    )
    timeout_s: WholeNumber = Field(
        default=60, ge=1, le=_LONGEST_S, description="Seconds after which the command is ended."
    )


class _Shell:
    def __init__(self, find: FindSandbox) -> None:
        self._find = find
        self._sandbox: Sandbox | None = None
        self._looked = False
        self._looking = asyncio.Lock()

    async def sandbox(self) -> Sandbox | None:
        async with self._looking:
            if not self._looked:
                self._sandbox = await self._find()
                self._looked = True
        return self._sandbox

    async def run(self, arguments: RunCommandArguments, context: ToolContext) -> ToolOutput:
        if "\0" in arguments.command:
            raise BadArguments("A command line has no zero character.")
        if not await asyncio.to_thread(context.root.is_dir):
            raise ToolError(f"The workspace folder {str(context.root)!r} does not exist or is not a folder.")
        command: str | list[str] = arguments.command
        if sys.platform != "win32":
            command = ["/bin/sh", "-c", arguments.command]
            if (sandbox := await self.sandbox()) is not None:
                command = await asyncio.to_thread(sandbox.wrap, command, context.root)
        try:
            outcome = await run_process(
                command, context.root, command_environment(os.environ), float(arguments.timeout_s)
            )
        except OSError as error:
            raise ToolError(f"The command could not be started: {error.strerror}.") from None
        return _report(outcome, arguments.timeout_s)

    async def card(self, arguments: RunCommandArguments, context: ToolContext) -> Card:
        sandbox = await self.sandbox()
        return Card(
            effect=f"Runs a command in {shown(str(context.root))}",
            fields=(
                CardField(label="Command", text=arguments.command, style="command"),
                CardField(label="Folder", text=str(context.root)),
                CardField(
                    label="Sandbox",
                    text=sandbox.description
                    if sandbox is not None
                    else "None: it can do all that you can do, in all your files.",
                ),
                CardField(label="Time limit", text=counted(arguments.timeout_s, "second")),
            ),
        )


def _report(outcome: Outcome, timeout_s: int) -> ToolOutput:
    if outcome.exit_code is None:
        note = f"[Ended after {counted(timeout_s, 'second')}, with all it had started: it took too long.]"
    elif outcome.exit_code < 0:
        note = f"[Ended by signal {-outcome.exit_code}.]"
    else:
        note = f"[Exit code {outcome.exit_code}.]"
    if outcome.left_running:
        note += (
            f"\n[{counted(outcome.left_running, 'background process').replace('processs', 'processes')} ended with it.]"
        )
    output = outcome.output.rstrip("\n")
    return ToolOutput(f"{output}\n{note}" if output else f"[No output.]\n{note}", failed=outcome.exit_code != 0)


def shell_tools(find: FindSandbox = find_sandbox) -> tuple[Tool[Any], ...]:
    """run_command.

    Args:
        find: Looks for the sandbox; asked once, at the first card or command.
    """
    shell = _Shell(find)
    return (
        Tool(
            name="run_command",
            description=(
                "Run a shell command line in the person's workspace folder and return its output and exit code. "
                "It gets no input, so it must not ask for any. Processes left in the background are ended with it. "
                "Output over 64 kB loses its middle. Use the file tools for reading and writing single files. "
                "The person is usually asked first."
            ),
            arguments=RunCommandArguments,
            effects=frozenset(Effect),
            run=shell.run,
            card=shell.card,
            access=Access.ADMIN,
            timeout_s=_LONGEST_S + 30.0,
            subjects={"command": "command"},
        ),
    )
