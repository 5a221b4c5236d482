"""The toolbox, and the set of built-in tools."""

import asyncio
import json
import logging
from typing import Any

import pytest

from desktop.engine.errors import ToolError, UnknownName
from desktop.engine.gate import Access, Card, Policy, default_policy
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.builtin import builtin_tools
from desktop.engine.tools.toolbox import Toolbox

NAMES = {
    "list_directory": {"path": True},
    "read_file": {"path": True, "offset": False, "limit": False},
    "search_files": {"query": True, "path": False, "glob": False},
    "write_file": {"path": True, "content": True},
    "edit_file": {"path": True, "old": True, "new": True},
    "run_command": {"command": True, "timeout_s": False},
    "fetch_page": {"url": True},
    "current_time": {"timezone": False},
    "calculate": {"expression": True},
    "save_note": {"title": True, "text": True},
    "find_notes": {"query": True},
}
ASKED = {"write_file", "edit_file", "run_command", "fetch_page", "save_note"}


class OneNumber(BuiltinArguments):
    number: int


def make_tool(run: Any, name: str = "probe", timeout_s: float = 60, access: Access = Access.USER) -> Tool[OneNumber]:
    async def card(arguments: OneNumber, context: ToolContext) -> Card:
        return Card(effect="Probes")

    return Tool(
        name=name,
        description="A probe.",
        arguments=OneNumber,
        effects=frozenset(),
        run=run,
        card=card,
        access=access,
        timeout_s=timeout_s,
    )


async def echo(arguments: OneNumber, context: ToolContext) -> ToolOutput:
    return ToolOutput(str(arguments.number))


def test_names_and_arguments_are_those_of_the_contract() -> None:
    found = {}
    for declaration in Toolbox(builtin_tools()).declarations:
        schema: Any = declaration.parameters
        found[declaration.name] = {name: name in schema.get("required", []) for name in schema["properties"]}
    assert found == NAMES


def test_policy_by_default_asks_for_what_can_do_harm_and_allows_the_rest() -> None:
    asked = {tool.name for tool in builtin_tools() if default_policy(tool.effects) is Policy.ASK}
    assert asked == ASKED


def test_only_run_command_is_for_admins() -> None:
    assert {tool.name for tool in builtin_tools() if tool.access is Access.ADMIN} == {"run_command"}


def test_results_with_the_words_of_others_are_untrusted() -> None:
    untrusted = {tool.name for tool in builtin_tools() if tool.is_untrusted}
    assert untrusted == {"list_directory", "read_file", "search_files", "run_command", "fetch_page", "find_notes"}


def test_schemas_are_plain_enough_for_every_provider() -> None:
    for tool in builtin_tools():
        text = json.dumps(tool.declaration.parameters)
        for word in ("anyOf", "oneOf", "$ref", "null"):
            assert word not in text, tool.name
        properties: Any = tool.declaration.parameters["properties"]
        assert all("type" in schema and "description" in schema for schema in properties.values())


def test_access_of_a_user_leaves_out_the_tools_of_admins() -> None:
    box = Toolbox(builtin_tools())
    assert box.choose(Access.ADMIN).names == box.names
    assert set(box.names) - set(box.choose(Access.USER).names) == {"run_command"}


def test_list_narrows_and_never_widens() -> None:
    box = Toolbox(builtin_tools())
    assert box.choose(Access.USER, ["calculate", "run_command", "read_file"]).names == ("read_file", "calculate")
    assert box.choose(Access.ADMIN, []).names == ()
    narrowed = box.choose(Access.USER)
    assert narrowed.choose(Access.ADMIN).names == narrowed.names


def test_unknown_name_in_a_list_is_an_error() -> None:
    with pytest.raises(UnknownName, match="'teleport'"):
        Toolbox(builtin_tools()).choose(Access.ADMIN, ["teleport"])


def test_tool_that_is_not_there_is_none() -> None:
    box = Toolbox(builtin_tools()).choose(Access.USER)
    assert box.get("run_command") is None
    assert box.get("RUN_COMMAND") is None
    tool = box.get("read_file")
    assert tool is not None
    assert tool.name == "read_file"


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="probe"):
        Toolbox([make_tool(echo), make_tool(echo)])


async def test_call_returns_what_the_tool_returns(context: ToolContext) -> None:
    tool = make_tool(echo)
    assert await Toolbox([tool]).call(tool, {"number": 5}, context) == ToolOutput("5")


async def test_bad_arguments_become_a_failed_output(context: ToolContext) -> None:
    tool = make_tool(echo)
    output = await Toolbox([tool]).call(tool, {"number": "five", "more": 1}, context)
    assert output.failed
    assert "number" in output.text
    assert "more" in output.text


async def test_tool_error_becomes_a_failed_output_in_its_words(context: ToolContext) -> None:
    async def run(arguments: OneNumber, context: ToolContext) -> ToolOutput:
        raise ToolError("The moon is full.")

    tool = make_tool(run)
    assert await Toolbox([tool]).call(tool, {"number": 5}, context) == ToolOutput("The moon is full.", failed=True)


async def test_unexpected_exception_becomes_a_failed_output_and_is_logged(
    context: ToolContext, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(arguments: OneNumber, context: ToolContext) -> ToolOutput:
        raise KeyError("private words")

    tool = make_tool(run)
    output = await Toolbox([tool]).call(tool, {"number": 5}, context)
    assert output.failed
    assert "KeyError" in output.text
    assert "private words" not in output.text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("own", [False, True])
async def test_timeout_becomes_a_failed_output(
    context: ToolContext, caplog: pytest.LogCaptureFixture, own: bool
) -> None:
    async def run(arguments: OneNumber, context: ToolContext) -> ToolOutput:
        if own:
            raise TimeoutError
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    tool = make_tool(run, timeout_s=0.01)
    output = await Toolbox([tool]).call(tool, {"number": 5}, context)
    assert output.failed
    assert ("longer than 0.01 seconds" in output.text) is not own
    assert bool(caplog.records) is own


async def test_cancellation_goes_up(context: ToolContext) -> None:
    begun = asyncio.Event()

    async def run(arguments: OneNumber, context: ToolContext) -> ToolOutput:
        begun.set()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    tool = make_tool(run)
    task = asyncio.ensure_future(Toolbox([tool]).call(tool, {"number": 5}, context))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
