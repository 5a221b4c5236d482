"""What the demo orchestrator understands: a few plain sentences, each turned into one tool call. Rules, no model."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.messages import JsonObject

_FILE = r"(?P<path>[\w./~-]*\w\.\w{1,8}|[\w.~-]+/[\w./~-]+)"
_OPEN, _CLOSE = "[\"'`\u201c\u2018]", "[\"'`\u201d\u2019]"
_QUOTED = rf"{_OPEN}(?P<{{0}}>.+?){_CLOSE}"


@dataclass(frozen=True)
class Rule:
    """One kind of sentence.

    Attributes:
        tool: The tool it calls.
        pattern: Finds the sentence anywhere in the request.
        arguments: Makes the arguments from the match.
    """

    tool: str
    pattern: re.Pattern[str]
    arguments: Callable[[re.Match[str]], JsonObject]


def _rule(tool: str, pattern: str, arguments: Callable[[re.Match[str]], JsonObject]) -> Rule:
    return Rule(tool, re.compile(pattern, re.IGNORECASE | re.DOTALL), arguments)


def _title(text: str) -> str:
    words = text.split()
    return " ".join(words[:6])


RULES = (
    _rule("fetch_page", r"(?P<url>https?://[^\s<>\"']+)", lambda m: {"url": m["url"].rstrip(".,;)")}),
    _rule(
        "write_file",
        rf"\b(?:write|put|save)\b\s+{_QUOTED.format('text')}\s+(?:in|into|to|as)\s+(?:the\s+|a\s+)?(?:file\s+)?{_FILE}",
        lambda m: {"path": m["path"], "content": m["text"].replace("\\n", "\n") + "\n"},
    ),
    _rule(
        "write_file",
        rf"\b(?:write|create|make)\b\s+(?:a\s+|the\s+)?(?:new\s+)?(?:file\s+)?(?:called\s+|named\s+)?{_FILE}"
        rf"\s+(?:with|saying|containing|that says)\s*:?\s*"
        rf"(?:the\s+text\s+|(?:the\s+)?(?:text|contents?)\s*:\s*)?{_OPEN}?(?P<text>.+?){_CLOSE}?\s*$",
        lambda m: {"path": m["path"], "content": m["text"].replace("\\n", "\n") + "\n"},
    ),
    _rule(
        "edit_file",
        rf"\b(?:replace|change)\b\s+{_QUOTED.format('old')}\s+(?:with|to|by)\s+{_QUOTED.format('new')}\s+in\s+{_FILE}",
        lambda m: {"path": m["path"], "old": m["old"], "new": m["new"]},
    ),
    _rule("run_command", r"\brun\b[^`]*`(?P<command>[^`]+)`", lambda m: {"command": m["command"]}),
    _rule(
        "run_command",
        r"\b(?:run|execute)\s+(?:the\s+)?(?:shell\s+)?command\s*:?\s+(?P<command>[^\n`]+)",
        lambda m: {"command": m["command"].strip().rstrip(".")},
    ),
    _rule(
        "find_notes",
        r"\b(?:find|search|show|look up)\b\s+(?:in\s+)?(?:my\s+|the\s+)?notes?\s+"
        r"(?:about|on|for|with)\s+(?P<query>[^.?!\n]+)",
        lambda m: {"query": m["query"].strip()},
    ),
    _rule(
        "save_note",
        r"\b(?:note|remember|take a note|save a note)\b\s*(?:that|:)\s*(?P<text>.+?)\s*$",
        lambda m: {"title": _title(m["text"]), "text": m["text"]},
    ),
    _rule(
        "search_files",
        r"\b(?:search|look|grep)\b\s+(?:the\s+|my\s+|all\s+)*(?:files\s+)?for\s+"
        rf"(?:{_QUOTED.format('quoted')}|(?P<query>[^\s.?!,]+))",
        lambda m: {"query": m["quoted"] or m["query"]},
    ),
    _rule(
        "read_file",
        rf"\b(?:read|open|show(?: me)?|summari[sz]e|what(?:'s| is| does)(?: in)?)\b\s+(?:the\s+)?(?:file\s+)?{_FILE}",
        lambda m: {"path": m["path"]},
    ),
    _rule(
        "list_directory",
        r"\b(?:list|show(?: me)?|what)\b[^.?!\n]*\b(?:files|folder|directory)\b"
        r"(?:\s+(?:in|of|under)\s+(?P<path>[\w./-]*[\w/]))?",
        lambda m: {"path": m["path"] if m["path"] and m["path"].lower() not in ("this", "the", "here", "my") else "."},
    ),
    _rule(
        "current_time",
        r"\b(?:what time|the time|what day|today's date|what date|current time)\b"
        r"(?:[^.?!\n]*?\bin\s+(?P<zone>\w+/\w+))?",
        lambda m: {"timezone": m["zone"]} if m["zone"] else {},
    ),
    _rule(
        "calculate",
        r"\b(?:calculate|compute|what is|what's|how much is|work out)\s+(?P<expression>[\d(.-][\d\s.+*/()^%-]*[\d)])",
        lambda m: {"expression": m["expression"].replace("^", "**").strip()},
    ),
)

HELP = (
    "list the files · read notes.md · search for a word · what time is it · calculate 12*7 · "
    'note: buy milk · find notes about milk · write "hello" to hello.txt · '
    "run `ls -l` · fetch https://example.org"
)


def plan(request: str) -> list[tuple[str, JsonObject]]:
    """The tool calls that a request asks for, in the order of its words.

    Args:
        request: The person's message.

    Returns:
        Tool and arguments of each; overlapping sentences count once, for the first rule that fits.
    """
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, str, JsonObject]] = []
    for rule in RULES:
        for match in rule.pattern.finditer(request):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            found.append((start, rule.tool, rule.arguments(match)))
    return [(tool, arguments) for _, tool, arguments in sorted(found, key=lambda item: item[0])]
