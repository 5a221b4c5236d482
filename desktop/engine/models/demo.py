"""The embedded offline models: rules, plainly named so. They drive the real loop, tools, gates, handoff and store."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator

from desktop.engine.attachments import details_in_words, named_for_model
from desktop.engine.media import decode_text
from desktop.engine.messages import Attachment, CallState, ModelInfo, StopReason, ToolCall, ToolResult, Usage
from desktop.engine.models.base import ModelChunk, TextDelta, TurnFinished
from desktop.engine.models.contents import Load, load_contents, no_load
from desktop.engine.models.demo_rules import HELP, plan
from desktop.engine.prompts import without_moment
from desktop.engine.requests import CallPart, ModelRequest, ModelTurn, Part, TextPart, ToolResults, UserText
from desktop.engine.tokens import estimate_tokens, trim_middle

_PACE_S = 0.008
"""Between two words: a pace that can be followed."""
_MARK = "The person's request:\n\n"


class _DemoModel:
    """What both have in common: words stream at a pace, usage is counted roughly, nothing costs."""

    info: ModelInfo

    def __init__(self, pace_s: float = _PACE_S, load: Load = no_load) -> None:
        self._load = load
        self._pace_s = pace_s

    async def _say(self, request: ModelRequest, parts: tuple[Part, ...]) -> AsyncGenerator[ModelChunk, None]:
        turn = ModelTurn(
            parts=parts,
            stop=StopReason.CALLS if any(part.type == "call" for part in parts) else StopReason.END,
            stop_detail="demo",
            usage=Usage(
                input_tokens=estimate_tokens(request.model_dump_json()),
                output_tokens=sum(estimate_tokens(part.model_dump_json()) for part in parts),
                cost_usd=0.0,
            ),
        )
        for word in re.findall(r"\s*\S+\s*", turn.text):
            await asyncio.sleep(self._pace_s)
            yield TextDelta(text=word)
        yield TurnFinished(turn=turn)

    async def aclose(self) -> None:
        """Nothing to release."""


class DemoOrchestrator(_DemoModel):
    """Calls the tools that a few plain sentences name, then lists the results as its summary."""

    info = ModelInfo(
        provider="demo", name="demo-orchestrator", label="Demo gatherer (rules, offline)", host="this program"
    )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Stream one turn: calls where none were made yet, else the summary."""
        results = [result for item in request.items if isinstance(item, ToolResults) for result in item.results]
        turns = [item for item in request.items if isinstance(item, ModelTurn)]
        parts: tuple[Part, ...] = ()
        if turns or not request.allow_calls:
            files = "".join(f"\n- attached: {named_for_model(one)}" for one in _attached(request))
            parts = (TextPart(text=_summary(_asked(request), turns, results) + files),)
        elif wanted := plan(_asked(request)):
            known = {tool.name for tool in request.tools}
            calls = [(tool, arguments) for tool, arguments in wanted if tool in known]
            missing = sorted({tool for tool, _ in wanted if tool not in known})
            if missing:
                parts += (TextPart(text=f"Not available at this access level: {', '.join(missing)}."),)
            elif calls:
                parts += (TextPart(text=f"I call {', '.join(tool for tool, _ in calls)}."),)
            parts += tuple(
                CallPart(call=ToolCall(id=f"demo-{number}", tool=tool, arguments=arguments))
                for number, (tool, arguments) in enumerate(calls, start=1)
            )
        async for chunk in self._say(request, parts):
            yield chunk


class DemoResponder(_DemoModel):
    """Puts the evidence into sentences."""

    info = ModelInfo(provider="demo", name="demo-responder", label="Demo writer (rules, offline)", host="this program")

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Stream the answer."""
        last = request.items[-1]
        text = without_moment(last.text) if isinstance(last, UserText) else ""
        files = last.attachments if isinstance(last, UserText) else ()
        contents = await load_contents(ModelRequest(items=request.items[-1:]), self._load)
        described = "".join(f"{_described(one, contents.get(one.hash))}\n\n" for one in files)
        async for chunk in self._say(request, (TextPart(text=described + _answer(text)),)):
            yield chunk


def _asked(request: ModelRequest) -> str:
    """The person's request: the last user text before the first turn."""
    text = ""
    for item in request.items:
        if isinstance(item, ModelTurn):
            break
        if isinstance(item, UserText):
            text = item.text
    return without_moment(text.removeprefix(_MARK))


def _attached(request: ModelRequest) -> tuple[Attachment, ...]:
    """The files of the person's request."""
    asked = next((item for item in reversed(request.items) if isinstance(item, UserText)), None)
    return asked.attachments if asked is not None else ()


def _described(one: Attachment, data: bytes | None) -> str:
    """What rules can say of a file: its name and size, and a text's first lines."""
    name = "".join(character if character.isprintable() else "�" for character in one.name).replace("`", "'")
    said = f"Attached: `{name}` ({details_in_words(one)})."
    if data is None:
        return f"{said} It is not there any more."
    if not one.is_text:
        return f"{said} Fixed rules cannot look at it."
    return f"{said} It says:\n\n{_quoted('', (decode_text(data) or '').strip())}"


def _summary(asked: str, turns: list[ModelTurn], results: list[ToolResult]) -> str:
    if not results:
        return "\n".join(turn.text for turn in turns if turn.text)
    calls = {call.id: call for turn in turns for call in turn.calls}
    lines = [f"The person asked: {' '.join(asked.split())}"]
    for result in results:
        call = calls.get(result.call_id)
        arguments = json.dumps(call.arguments, ensure_ascii=False) if call else ""
        lines.append(f"- {result.tool} {arguments}: {result.state.value}. {trim_middle(result.text, 120, 'result')}")
    return "\n".join(lines)


_HEAD = r"^\[\d+\] \w+ \{[^\n]*\} \(id [^,\n]+, \w+(?:, from outside)?\)$"
_EVIDENCE = re.compile(
    r"^\[(?P<number>\d+)\] (?P<tool>\w+) (?P<arguments>\{[^\n]*\}) \(id [^,\n]+, (?P<state>\w+)(?:, from outside)?\)\n"
    rf"(?P<text>.*?)(?=\n\n{_HEAD}|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SIGNATURE = "\n\n*Written by the offline demo: fixed rules, no language model.*"


def _answer(message: str) -> str:
    """The answer to a handoff's last message."""
    match = re.search(r"<evidence>\n(.*)\n</evidence>", message, re.DOTALL)
    blocks = list(_EVIDENCE.finditer(match[1])) if match else []
    if match is None:
        return f"You wrote: {' '.join(message.split())}\n\nTools are off, so nothing was looked up.{_SIGNATURE}"
    if not blocks:
        return f"No tool was called, so I have nothing to report. The offline demo understands:\n\n{HELP}{_SIGNATURE}"
    return "\n\n".join(_sentence(block) for block in blocks) + _SIGNATURE


def _sentence(block: re.Match[str]) -> str:
    tool, number, text = block["tool"], block["number"], block["text"].strip()
    arguments = json.loads(block["arguments"])
    subject = next(
        (str(arguments[name]) for name in ("path", "command", "url", "query", "title") if name in arguments), ""
    )
    name = f"`{tool}`" + (f" on **{subject}**" if subject else "")
    match block["state"]:
        case CallState.DONE:
            return f"{_opening(tool, subject)} [{number}]\n\n{_quoted(tool, text)}"
        case CallState.DENIED:
            return f"{name} was **denied**, so it was not run. [{number}]\n\n{_quoted('', text)}"
        case CallState.UNKNOWN:
            return f"The outcome of {name} is **unknown**. [{number}]\n\n{_quoted('', text)}"
        case state:
            return f"{name} did not work: {state}. [{number}]\n\n{_quoted('', text)}"


def _opening(tool: str, subject: str) -> str:
    return {
        "read_file": f"**{subject}** says:",
        "list_directory": f"The folder **{subject}** holds:",
        "search_files": f"The search for **{subject}** found:",
        "write_file": f"**{subject}** was written.",
        "edit_file": f"**{subject}** was changed.",
        "run_command": "The command ran:",
        "fetch_page": f"The page **{subject}** says:",
        "current_time": "The time:",
        "calculate": "The result:",
        "save_note": f"The note **{subject}** was saved.",
        "find_notes": f"The notes about **{subject}**:",
    }.get(tool, f"`{tool}` returned:")


def _quoted(tool: str, text: str) -> str:
    text = trim_middle(text, 600, "result")
    if tool in ("run_command", "list_directory", "search_files"):
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
        return f"{fence}text\n{text}\n{fence}"
    return "\n".join(f"> {line}" for line in text.splitlines())
