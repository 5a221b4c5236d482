"""What the person can choose for a grant: in words, narrowest first, each covering the very call."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowAlways, Deny, ScopeTool
from desktop.engine.grants import covers
from desktop.engine.scopes import scope_choices
from desktop.engine.tools.builtin import builtin_tools
from desktop.engine.tools.reach import reach_of
from tests.bench import MakeBench
from tests.scripted import call, calls

TOOLS = {tool.name: tool for tool in builtin_tools()}
ROOT = Path("/nowhere/ada")


def choices(name: str, root: Path = ROOT, **arguments: Any) -> list[str]:
    tool = TOOLS[name]
    reach = reach_of(tool, arguments, root)
    found = scope_choices(tool.facts, arguments, reach)
    assert all(covers(scope, tool.facts, arguments, reach) for scope, _ in found)
    return [words for _, words in found]


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_of_a_file_from_its_arguments_to_the_whole_workspace() -> None:
    assert choices("write_file", path="notes/a.md", content="x") == [
        "write_file notes/a.md with exactly these arguments, in /nowhere/ada",
        "write_file at /nowhere/ada/notes/a.md alone",
        "write_file anywhere under /nowhere/ada/notes",
        "write_file anywhere under /nowhere/ada",
        "write_file with whatever arguments",
    ]


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_of_a_command_its_words_and_its_beginning_and_never_the_whole_tool() -> None:
    assert choices("run_command", command="git log -3 'a b'") == [
        "run_command `git log -3 'a b'` and nothing else, in /nowhere/ada",
        "run_command beginning with `git log`, in /nowhere/ada",
    ]
    assert choices("run_command", command="ls -l")[1:] == ["run_command beginning with `ls`, in /nowhere/ada"]


@pytest.mark.parametrize(
    "command", ["sudo ls", "sh x.sh", "python x.py", "find . -delete", "./run", "/bin/ls", "env x"]
)
def test_no_beginning_is_offered_where_further_words_could_be_anything(command: str) -> None:
    assert len(choices("run_command", command=command)) == 1


@pytest.mark.parametrize("command", ["git status; rm x", "ls | sh", "echo $HOME", "ls *"])
def test_a_command_that_is_not_simple_is_offered_as_it_is_alone(command: str) -> None:
    assert choices("run_command", command=command) == [
        f"run_command {command} with exactly these arguments, in {os.path.realpath(ROOT)}"
    ]


def test_of_an_address_its_host() -> None:
    assert choices("fetch_page", url="https://Example.org/a") == [
        "fetch_page https://Example.org/a with exactly these arguments",
        "fetch_page on example.org",
        "fetch_page with whatever arguments",
    ]


def test_of_any_other_tool_its_arguments_or_all() -> None:
    assert choices("save_note", title="A", text="b") == [
        "save_note A with exactly these arguments",
        "save_note with whatever arguments",
    ]


@pytest.mark.parametrize("path", ["../x", "a/../b", "/etc/passwd", "\0"])
def test_a_path_that_leads_nowhere_gives_no_folder(path: str) -> None:
    assert not [words for words in choices("write_file", path=path, content="x") if "under" in words]


@given(st.text(min_size=1, max_size=30))
def test_every_choice_covers_its_own_call(given_text: str) -> None:
    choices("write_file", path=given_text, content="x")
    choices("run_command", command=given_text)
    choices("fetch_page", url=given_text)


async def test_a_choice_tells_the_past_calls_it_would_have_let_through(make_bench: MakeBench) -> None:
    names = ["one", "two", "one"]
    rounds = tuple(calls(call(f"c{number}", "act", name=name)) for number, name in enumerate(names))
    bench = await make_bench(gatherer=rounds)
    run_id = await bench.run()
    await bench.decide(run_id, "c0")
    await bench.resume(run_id)
    await bench.decide(run_id, "c1", Deny())
    await bench.resume(run_id)
    exact, whole = bench.told(ConfirmationRequested)[-1].scopes
    assert (exact.rehearsal_count, whole.rehearsal_count) == (1, 2)
    assert [line.split("  ", 1)[1] for line in whole.rehearsal] == ["act two  (denied)", "act one  (done)"]


async def test_a_past_call_that_would_have_asked_all_the_same_is_not_told(make_bench: MakeBench) -> None:
    rounds = (
        calls(call("a", "browse", name="page")),
        calls(call("b", "act", name="somebody's words")),
        calls(call("c", "act", name="more of them")),
    )
    bench = await make_bench(gatherer=rounds)
    run_id = await bench.run()
    await bench.decide(run_id, "b", Deny())
    await bench.resume(run_id)
    assert [choice.rehearsal_count for choice in bench.told(ConfirmationRequested)[-1].scopes] == [0, 0]


async def test_what_a_grant_let_through_is_rehearsed_too_and_at_most_twenty_are_told(make_bench: MakeBench) -> None:
    first = calls(call("a", "act", name="x"))
    second = calls(*(call(f"b{number}", "act", name=str(number)) for number in range(30)))
    third = calls(call("c", "browse", name="page"))
    bench = await make_bench(gatherer=(first, second, third, calls(call("d", "act", name="y"))))
    run_id = await bench.run()
    await bench.decide(run_id, "a", AllowAlways(scope=ScopeTool()))
    await bench.resume(run_id)
    whole = bench.told(ConfirmationRequested)[-1].scopes[-1]
    assert (whole.rehearsal_count, len(whole.rehearsal)) == (31, 20)
    assert whole.rehearsal[0].endswith("act 29  (done)")
