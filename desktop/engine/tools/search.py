"""The tool search_files: plain text in the files of the workspace folder, and their names."""

import fnmatch
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from desktop.engine.errors import ToolError
from desktop.engine.gate import Card, CardField, Effect
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.paths import Entry, Kind, Root, errors_in_words, relative_path
from desktop.engine.tools.rooted import open_root, walk
from desktop.engine.tools.texts import counted, decode, is_binary, shown
from desktop.engine.tools.threads import StopFlag, in_thread

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".mypy_cache"})
"""Folders full of files that nobody wrote."""
_MOST_MATCHES = 200
_MOST_IN_ONE_FILE = 50
_LARGEST_BYTES = 5_000_000
_AROUND_CHARACTERS = 120
_LONGEST_S = 30.0


class SearchFilesArguments(BuiltinArguments):
    """Arguments of search_files."""

    query: str = Field(
        min_length=1,
        max_length=500,
        description="Plain text within one line, not a pattern; upper and lower case are the same.",
    )
    path: str = Field(default=".", description="The folder to search, or one file, relative to the workspace folder.")
    glob: str = Field(
        default="",
        max_length=200,
        description="Only files whose name or path matches, such as '*.md' or 'src/**/*.py'; empty means all.",
    )


def search_tools() -> tuple[Tool[Any], ...]:
    """search_files."""
    return (
        Tool(
            name="search_files",
            description=(
                "Find plain text in the text files of the person's workspace, folders below included, and in the names "
                f"of files. Returns path:line: text, at most {_MOST_MATCHES} matches. Binary files, files over "
                f"{_LARGEST_BYTES // 1_000_000} MB, symbolic links and folders such as .git are left out."
            ),
            arguments=SearchFilesArguments,
            effects=frozenset({Effect.READS_PRIVATE, Effect.READS_UNTRUSTED}),
            run=_search,
            card=_card,
            subjects={"path": "path"},
        ),
    )


@dataclass
class _Findings:
    lines: list[str] = field(default_factory=list)
    files: int = 0
    searched: int = 0
    binary: int = 0
    too_large: int = 0
    unreadable: int = 0
    stopped: str = ""


async def _search(arguments: SearchFilesArguments, context: ToolContext) -> ToolOutput:
    if "\n" in arguments.query:
        raise ToolError("search_files looks within single lines: give a query of one line.")

    def work(stop: StopFlag) -> str:
        path = relative_path(context.root, arguments.path)
        return _report(_find(open_root(context.root), path, arguments, stop), arguments)

    return ToolOutput(await in_thread(work))


def _find(root: Root, path: str, arguments: SearchFilesArguments, stop: StopFlag) -> _Findings:
    pattern = re.compile(re.escape(arguments.query), re.IGNORECASE)
    fits = _glob(arguments.glob)
    findings = _Findings()
    end = time.monotonic() + _LONGEST_S
    with errors_in_words(path):
        for where, entry in _candidates(root, path, stop):
            stop.check()
            if not fits(where, entry.name):
                continue
            before = len(findings.lines)
            if pattern.search(entry.name):
                findings.lines.append(f"{shown(where)} (the name matches)")
            _search_file(root, where, entry, pattern, findings, stop)
            findings.files += len(findings.lines) > before
            if len(findings.lines) >= _MOST_MATCHES:
                findings.stopped = f"Stopped after {_MOST_MATCHES} matches"
                break
            if time.monotonic() > end:
                findings.stopped = f"Stopped after {_LONGEST_S:.0f} seconds"
                break
    return findings


def _candidates(root: Root, path: str, stop: StopFlag) -> Iterator[tuple[str, Entry]]:
    """The files to search: those beneath a folder, or the one file that the path names."""
    try:
        yield from walk(root, path, SKIPPED_FOLDERS, stop)
    except NotADirectoryError:
        yield path, Entry(path.rpartition("/")[2], Kind.FILE)


def _search_file(
    root: Root, where: str, entry: Entry, pattern: re.Pattern[str], findings: _Findings, stop: StopFlag
) -> None:
    if entry.size_bytes > _LARGEST_BYTES:
        findings.too_large += 1
        return
    try:
        with root.open(where) as file:
            data = file.read(_LARGEST_BYTES + 1)
    except (OSError, ToolError):
        findings.unreadable += 1
        return
    if len(data) > _LARGEST_BYTES:
        findings.too_large += 1
        return
    if is_binary(data):
        findings.binary += 1
        return
    findings.searched += 1
    found = 0
    for number, line in enumerate(decode(data)[0].split("\n"), start=1):
        if number % 1000 == 0:
            stop.check()
        if not (match := pattern.search(line)):
            continue
        found += 1
        if found > _MOST_IN_ONE_FILE:
            findings.lines.append(f"{shown(where)}: [more than {_MOST_IN_ONE_FILE} matches in this file]")
            return
        findings.lines.append(f"{shown(where)}:{number}: {_around(line, match)}")


def _around(line: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - _AROUND_CHARACTERS), match.end() + _AROUND_CHARACTERS
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"


def _glob(glob: str) -> Callable[[str, str], bool]:
    """Whether a path, or the name at its end, matches; ``**/`` also stands for no folder at all."""
    if not glob:
        return lambda where, name: True
    patterns = [re.compile(fnmatch.translate(form)) for form in {glob, glob.replace("**/", "")}]
    return lambda where, name: any(pattern.match(where) or pattern.match(name) for pattern in patterns)


def _report(findings: _Findings, arguments: SearchFilesArguments) -> str:
    lines = findings.lines[: _MOST_MATCHES + 1]
    if findings.stopped:
        lines.append(f"[{findings.stopped}; there may be more. Narrow the search with path, glob or a longer query.]")
    elif not lines:
        lines.append(f"[No match in {counted(findings.searched, 'text file')}.]")
    left_out = [
        counted(count, noun)
        for count, noun in (
            (findings.binary, "binary file"),
            (findings.too_large, "too large file"),
            (findings.unreadable, "unreadable file"),
        )
        if count
    ]
    if left_out:
        lines.append(f"[Not searched: {', '.join(left_out)}.]")
    return "\n".join(lines)


async def _card(arguments: SearchFilesArguments, context: ToolContext) -> Card:
    fields = [CardField(label="Query", text=arguments.query), CardField(label="Path", text=arguments.path)]
    if arguments.glob:
        fields.append(CardField(label="Files", text=arguments.glob))
    return Card(effect=f"Searches the files under {shown(arguments.path)} in {context.root}", fields=tuple(fields))
