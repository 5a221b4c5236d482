"""Grants cover exactly what they say, and only turn ask into allow."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.gate import (
    Effect,
    Grant,
    Policy,
    Scope,
    ScopeCommand,
    ScopeExact,
    ScopeFolder,
    ScopeHost,
    ScopeTool,
    ToolFacts,
)
from desktop.engine.grants import Reach, covers, grant_for, is_live, used, workspace_of
from desktop.engine.judging import Standing, judge
from desktop.engine.messages import JsonObject
from desktop.engine.tools.builtin import builtin_tools
from desktop.engine.tools.reach import reach_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOOLS = {tool.name: tool for tool in builtin_tools()}
WRITE, RUN, FETCH = (TOOLS[name].facts for name in ("write_file", "run_command", "fetch_page"))
MOVE = ToolFacts(
    name="move",
    effects=frozenset({Effect.WRITES_LOCAL}),
    definition="1",
    subjects={"source": "path", "target": "path"},
)
PARTS = st.lists(st.sampled_from(["a", "b", "ab", "a b", "."]), max_size=4)


def grant(scope: Scope, facts: ToolFacts = WRITE, **changes: Any) -> Grant:
    return Grant(
        **{
            "id": "g",
            "tool": facts.name,
            "definition": facts.definition,
            "scope": scope,
            "words": "words",
            "created_at": NOW,
            **changes,
        }
    )


def found(one: Grant, facts: ToolFacts, reach: Reach, conversation_id: str = "c", **arguments: Any) -> Grant | None:
    return grant_for([one], facts, arguments, reach, conversation_id=conversation_id, now=NOW)


def ran(command: str, scope: Scope) -> bool:
    return covers(scope, RUN, {"command": command}, reach_of(TOOLS["run_command"], {"command": command}, Path("/")))


def fetched(url: str, host: str) -> bool:
    reach = reach_of(TOOLS["fetch_page"], {"url": url}, Path("/"))
    return covers(ScopeHost(argument="url", host=host), FETCH, {"url": url}, reach)


def written(path: str, root: Path, folder: Path) -> bool:
    arguments: JsonObject = {"path": path, "content": "x"}
    reach = reach_of(TOOLS["write_file"], arguments, root)
    return covers(ScopeFolder(argument="path", folder=str(folder)), WRITE, arguments, reach)


@pytest.mark.parametrize("name", ["write_files", "write", "Write_file"])
def test_a_grant_is_for_the_exact_name(name: str) -> None:
    assert found(grant(ScopeTool()), WRITE, Reach(), path="x") is not None
    assert found(grant(ScopeTool(), tool=name), WRITE, Reach(), path="x") is None


def test_a_changed_tool_voids_a_grant() -> None:
    assert found(grant(ScopeTool(), definition="another"), WRITE, Reach(), path="x") is None


def test_a_tools_effects_are_a_part_of_its_definition() -> None:
    tool = TOOLS["write_file"]
    changed = replace(tool, effects=frozenset({Effect.WRITES_LOCAL, Effect.SENDS}))
    assert changed.facts.definition != tool.facts.definition


def test_a_grant_of_a_conversation_holds_in_no_other() -> None:
    one = grant(ScopeTool(), conversation_id="c")
    assert found(one, WRITE, Reach(), "c") is not None
    assert found(one, WRITE, Reach(), "d") is None


def test_a_grant_ends_with_its_time_its_uses_and_its_revocation() -> None:
    assert is_live(grant(ScopeTool(), expires_at=NOW + timedelta(seconds=1), uses_left=1), NOW)
    assert not is_live(grant(ScopeTool(), expires_at=NOW), NOW)
    assert not is_live(grant(ScopeTool(), uses_left=0), NOW)
    assert not is_live(grant(ScopeTool(), revoked_at=NOW), NOW)


def test_a_use_is_counted() -> None:
    after = used(grant(ScopeTool(), uses_left=1), NOW)
    assert (after.uses_left, after.use_count, after.last_used_at) == (0, 1, NOW)
    assert used(grant(ScopeTool()), NOW).uses_left is None


def test_a_grant_without_a_number_of_uses_is_spent_first() -> None:
    limited, free = grant(ScopeTool(), id="limited", uses_left=3), grant(ScopeTool(), id="free")
    chosen = grant_for([limited, free], WRITE, {}, Reach(), conversation_id="c", now=NOW)
    assert chosen == free


def test_exact_arguments_are_compared_in_their_canonical_form() -> None:
    scope = ScopeExact(arguments={"a": 1, "b": [True]})
    assert covers(scope, WRITE, {"b": [True], "a": 1}, Reach())
    others: list[JsonObject] = [{"a": 1}, {"a": 1, "b": [1]}, {"a": 1.0, "b": [True]}, {"a": 1, "b": [True], "c": None}]
    for other in others:
        assert not covers(scope, WRITE, other, Reach())


def test_what_means_something_else_elsewhere_holds_in_its_workspace_alone() -> None:
    here = Reach(workspace="/here", commands={"command": ("make", "test")})
    assert workspace_of(ScopeCommand(words=("make", "test")), RUN, here) == "/here"
    assert workspace_of(ScopeExact(arguments={}), WRITE, here) == "/here"
    assert workspace_of(ScopeFolder(argument="path", folder="/here"), WRITE, here) is None
    assert workspace_of(ScopeExact(arguments={}), TOOLS["save_note"].facts, here) is None
    one = grant(ScopeCommand(words=("make", "test")), RUN, workspace="/here")
    there = Reach(workspace="/there", commands={"command": ("make", "test")})
    assert found(one, RUN, here, command="make test") is not None
    assert found(one, RUN, there, command="make test") is None


def test_a_command_is_compared_word_by_word() -> None:
    exact, beginning = ScopeCommand(words=("git", "log")), ScopeCommand(words=("git", "log"), more=True)
    assert ran("git log", exact)
    assert ran("git  'log'", exact)
    assert ran("git log -3", beginning)
    assert not ran("git log -3", exact)
    assert not ran("git logs", beginning)
    assert not ran("git", beginning)
    assert not ran("gitlog", beginning)
    assert not ran("git log; rm x", beginning)
    assert not ran("git log $(rm x)", beginning)
    assert not ran("git log > x", beginning)


def test_a_command_scope_of_no_words_covers_nothing() -> None:
    assert not ran("git log", ScopeCommand(words=(), more=True))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/?example.org",
        "https://example.org.evil.com/",
        "https://sub.example.org/",
        "https://example.org@evil.com/",
        "https://example.org:8443/",
        "https://example.org./",
        "https://ex\u0430mple.org/",
        "ftp://example.org/",
        "example.org",
        "https:///example.org",
        "https://[::1]/",
    ],
)
def test_another_host_is_not_covered(url: str) -> None:
    assert not fetched(url, "example.org")


def test_a_host_is_compared_in_ascii() -> None:
    assert fetched("https://EXAMPLE.org/a?b", "example.org")
    assert fetched("https://ex\u00e4mple.org/", "xn--exmple-cua.org")
    assert fetched("https://127.0.0.1:8080/", "127.0.0.1:8080")


def test_a_folder_holds_whole_path_components(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "notes").mkdir()
    assert written("notes/a.md", root, root / "notes")
    assert written("./notes//deep/a.md", root, root / "notes")
    assert written(str(root / "notes/a.md"), root, root / "notes")
    for path in ("notesa.md", "a.md", "notes2/a.md", "notes/../a.md", "notes/../notes/a.md", "../notes/a.md"):
        assert not written(path, root, root / "notes")
    assert not written("notes/a.md", root, Path("notes"))
    assert written("notes/a.md", root, Path("/"))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_a_link_leads_where_it_leads(tmp_path: Path) -> None:
    root = tmp_path.resolve() / "root"
    (root / "notes").mkdir(parents=True)
    (root / "other").mkdir()
    (root / "notes/out").symlink_to(tmp_path)
    (root / "notes/side").symlink_to("../other")
    (root / "notes/file").symlink_to("../other/file")
    (root / "into").symlink_to("notes")
    for path in ("notes/out/x", "notes/side/x", "notes/file"):
        assert not written(path, root, root / "notes")
    assert written("into/x", root, root / "notes")
    assert not written("notes/out/x", root, tmp_path.resolve())  # beyond the workspace folder nothing is covered


@given(PARTS, PARTS)
def test_a_path_is_covered_exactly_when_it_lies_beneath(folder: list[str], path: list[str]) -> None:
    where, what = PurePosixPath("/", *folder), PurePosixPath("/", *path)
    scope = ScopeFolder(argument="path", folder=str(where))
    covered = covers(scope, WRITE, {"path": "x"}, Reach(paths={"path": str(what)}))
    assert covered == (what.parts[: len(where.parts)] == where.parts)


def test_a_scope_around_one_argument_covers_no_call_with_a_second_one() -> None:
    reach = Reach(paths={"source": "/a/x", "target": "/a/y"})
    assert not covers(ScopeFolder(argument="source", folder="/a"), MOVE, {"source": "x", "target": "y"}, reach)


def test_an_argument_that_leads_nowhere_is_not_covered() -> None:
    assert not covers(ScopeFolder(argument="path", folder="/"), WRITE, {"path": "\0"}, Reach())
    assert not covers(ScopeHost(argument="url", host=""), FETCH, {"url": ""}, Reach(hosts={"url": ""}))


def test_a_grant_turns_ask_into_allow_and_says_so() -> None:
    one = grant(ScopeTool())
    for policies in ({}, {"write_file": Policy.ASK}):
        verdict = judge(WRITE, {"path": "x"}, Standing(policies=policies, grants=[one], now=NOW))
        assert (verdict.ruling, verdict.grant_id, verdict.reasons) == (Policy.ALLOW, "g", ("You granted it: words.",))


def test_a_block_wins_over_a_grant() -> None:
    standing = Standing(policies={"write_file": Policy.BLOCK}, grants=[grant(ScopeTool())], now=NOW)
    assert judge(WRITE, {"path": "x"}, standing).ruling is Policy.BLOCK


def test_an_allow_of_the_person_uses_no_grant() -> None:
    standing = Standing(policies={"write_file": Policy.ALLOW}, grants=[grant(ScopeTool())], now=NOW)
    assert judge(WRITE, {"path": "x"}, standing).grant_id is None
