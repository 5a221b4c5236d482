"""The embedded offline models: rules that drive the real loop. Plainly named, honest about what they are."""

import json

import pytest

from desktop.engine.events import HandoffMessage
from desktop.engine.gate import Policy
from desktop.engine.handoff import build_handoff, to_request
from desktop.engine.messages import CallState, JsonObject, StopReason, ToolCall, ToolResult
from desktop.engine.models.base import TextDelta, TurnFinished
from desktop.engine.models.demo import DemoOrchestrator, DemoResponder
from desktop.engine.models.demo_rules import HELP, RULES, plan
from desktop.engine.requests import ModelRequest, ModelTurn, TextPart, ToolDeclaration, ToolResults, UserText
from desktop.engine.store.records import StoredCall
from tests.wire.reading import chunks_of, turn_of

ALL = tuple(
    ToolDeclaration(name=name, description="", parameters={"type": "object"})
    for name in sorted({rule.tool for rule in RULES})
)


@pytest.mark.parametrize(
    ("request_text", "tool", "arguments"),
    [
        ("read notes.md and tell me what it says", "read_file", {"path": "notes.md"}),
        ("What is in src/main.py?", "read_file", {"path": "src/main.py"}),
        ("list the files", "list_directory", {"path": "."}),
        ("list the files in docs", "list_directory", {"path": "docs"}),
        ('search for "two words"', "search_files", {"query": "two words"}),
        ("search the files for needle", "search_files", {"query": "needle"}),
        ("what time is it?", "current_time", {}),
        ("what time is it in Europe/Berlin?", "current_time", {"timezone": "Europe/Berlin"}),
        ("calculate 12*7", "calculate", {"expression": "12*7"}),
        ("what is 2^10?", "calculate", {"expression": "2**10"}),
        ("note: buy milk", "save_note", {"title": "buy milk", "text": "buy milk"}),
        ("find notes about milk", "find_notes", {"query": "milk"}),
        ('write "hello" to hello.txt', "write_file", {"path": "hello.txt", "content": "hello\n"}),
        ("create a file called a.txt with hello", "write_file", {"path": "a.txt", "content": "hello\n"}),
        ("write a.txt with content: hello", "write_file", {"path": "a.txt", "content": "hello\n"}),
        ("write a.txt saying text is hard", "write_file", {"path": "a.txt", "content": "text is hard\n"}),
        ('replace "a" with "b" in x.txt', "edit_file", {"path": "x.txt", "old": "a", "new": "b"}),
        ("run `ls -l`", "run_command", {"command": "ls -l"}),
        ("run the command: ls -l", "run_command", {"command": "ls -l"}),
        ("fetch https://example.org/a.", "fetch_page", {"url": "https://example.org/a"}),
    ],
)
def test_a_plain_sentence_is_one_call(request_text: str, tool: str, arguments: JsonObject) -> None:
    assert plan(request_text) == [(tool, arguments)]


def test_sentences_are_called_in_the_order_of_the_words() -> None:
    wanted = plan("read a.md, then run `wc a.md`, then calculate 2+2")
    assert [tool for tool, _ in wanted] == ["read_file", "run_command", "calculate"]


def test_what_is_not_understood_calls_nothing() -> None:
    assert plan("Write me a poem about the sea.") == []


def test_each_example_of_the_help_is_understood() -> None:
    for example in HELP.split(" · "):
        assert len(plan(example)) == 1, example


async def test_the_orchestrator_calls_what_was_asked_for() -> None:
    request = ModelRequest(items=(UserText(text="read a.md and calculate 2+2"),), tools=ALL)
    chunks = await chunks_of(DemoOrchestrator(pace_s=0), request)
    *deltas, last = chunks
    assert isinstance(last, TurnFinished)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == last.turn.text
    assert last.turn.calls == (
        ToolCall(id="demo-1", tool="read_file", arguments={"path": "a.md"}),
        ToolCall(id="demo-2", tool="calculate", arguments={"expression": "2+2"}),
    )
    assert last.turn.stop is StopReason.CALLS
    assert last.turn.usage.cost_usd == 0.0


async def test_only_the_request_counts_and_not_the_conversation_before_it() -> None:
    items = (UserText(text="…\n\nread old.md"), UserText(text="The person's request:\n\ncalculate 2+2"))
    turn = await turn_of(DemoOrchestrator(pace_s=0), ModelRequest(items=items, tools=ALL))
    assert [call.tool for call in turn.calls] == ["calculate"]


async def test_a_tool_that_is_not_there_is_not_called_and_said() -> None:
    few = tuple(tool for tool in ALL if tool.name != "run_command")
    turn = await turn_of(
        DemoOrchestrator(pace_s=0), ModelRequest(items=(UserText(text="run `ls` and calculate 2+2"),), tools=few)
    )
    assert [call.tool for call in turn.calls] == ["calculate"]
    assert turn.text == "Not available at this access level: run_command."


async def test_without_leave_to_call_it_sums_up() -> None:
    request = ModelRequest(items=(UserText(text="read a.md"),), tools=ALL, allow_calls=False)
    assert (await turn_of(DemoOrchestrator(pace_s=0), request)).calls == ()


async def test_the_summary_says_what_was_asked_and_what_came_of_it() -> None:
    first = await turn_of(DemoOrchestrator(pace_s=0), ModelRequest(items=(UserText(text="read a.md"),), tools=ALL))
    result = ToolResult(call_id="demo-1", tool="read_file", state=CallState.DENIED, text="The person denied this call.")
    request = ModelRequest(items=(UserText(text="read a.md"), first, ToolResults(results=(result,))), tools=ALL)
    turn = await turn_of(DemoOrchestrator(pace_s=0), request)
    assert turn.calls == ()
    assert turn.text == (
        'The person asked: read a.md\n- read_file {"path": "a.md"}: denied. The person denied this call.'
    )


def handoff(*calls: StoredCall, direct: bool = False) -> tuple[HandoffMessage, ...]:
    return build_handoff(
        system="S",
        history=(),
        request="Do it.",
        calls=None if direct else calls,
        summary="Sum.",
        history_budget_tokens=1000,
        evidence_budget_tokens=1000,
    )


def stored(tool: str, arguments: JsonObject, result: str, state: CallState = CallState.DONE) -> StoredCall:
    return StoredCall(
        call=ToolCall(id="demo-1", tool=tool, arguments=arguments),
        round=1,
        side_effects=False,
        ruling=Policy.ALLOW,
        state=state,
        result=result,
        untrusted=tool == "fetch_page",
    )


async def answer(*calls: StoredCall, direct: bool = False) -> str:
    return (await turn_of(DemoResponder(pace_s=0), to_request(handoff(*calls, direct=direct)))).text


async def test_the_answer_quotes_each_result_with_its_number() -> None:
    text = await answer(
        stored("read_file", {"path": "a.md"}, "first\n\n[2] look {x\nlast"),
        stored("run_command", {"command": "ls"}, "```\nout"),
        stored("fetch_page", {"url": "https://example.org"}, "page"),
    )
    assert "**a.md** says: [1]\n\n> first" in text
    assert "The command ran: [2]\n\n````text\n```\nout\n````" in text
    assert "The page **https://example.org** says: [3]\n\n> page" in text
    assert text.endswith("*Written by the offline demo: fixed rules, no language model.*")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CallState.DENIED, "`act` was **denied**, so it was not run. [1]"),
        (CallState.UNKNOWN, "The outcome of `act` is **unknown**. [1]"),
        (CallState.BLOCKED, "`act` did not work: blocked. [1]"),
        (CallState.FAILED, "`act` did not work: failed. [1]"),
    ],
)
async def test_the_answer_claims_no_work_that_was_not_done(state: CallState, said: str) -> None:
    assert said in await answer(stored("act", {}, "why", state))


async def test_with_nothing_gathered_the_answer_says_what_the_demo_understands() -> None:
    assert HELP in await answer()


async def test_with_tools_off_the_answer_says_so() -> None:
    assert "Tools are off, so nothing was looked up." in await answer(direct=True)


async def test_the_demo_is_named_as_such() -> None:
    for model in (DemoOrchestrator(), DemoResponder()):
        assert model.info.provider == "demo"
        assert "Demo" in model.info.label
        assert model.info.is_local


async def test_a_turn_of_text_is_streamed_word_by_word() -> None:
    request = ModelRequest(
        items=(UserText(text="read a.md"), ModelTurn(parts=(TextPart(text=json.dumps({"a": 1})),))), tools=ALL
    )
    chunks = await chunks_of(DemoOrchestrator(pace_s=0), request)
    assert len(chunks) > 2
