"""Unified diffs."""

import re

from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.tools.diff import unified_diff

TEXTS = st.lists(st.sampled_from(["a", "b", "", "c d"]), max_size=30).map("\n".join)


def applied(old: str, diff: str) -> str:
    """Apply a unified diff, checking each line of context."""
    before = old.split("\n")[:-1] if old.endswith("\n") else old.split("\n") if old else []
    result: list[str] = []
    at = 0
    ends_bare = bool(old) and not old.endswith("\n")
    sign = ""
    for line in diff.split("\n")[2:]:
        if head := re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@", line):
            start = int(head[1]) - (0 if head[2] == "0" else 1)
            result += before[at:start]
            at = start
        elif line.startswith("\\"):
            if sign in "+ ":
                ends_bare = True
        else:
            sign = line[0]
            if sign in " -":
                assert before[at] == line[1:]
                if sign == "-" and at == len(before) - 1:
                    ends_bare = False
                at += 1
            if sign in " +":
                result.append(line[1:])
                if sign == "+":
                    ends_bare = ends_bare and at < len(before)
    result += before[at:]
    return "\n".join(result) + ("" if ends_bare or not result else "\n")


@given(TEXTS, TEXTS)
def test_diff_turns_the_old_text_into_the_new(old: str, new: str) -> None:
    old, new = old and old + "\n", new and new + "\n"
    assert applied(old, unified_diff(old, new, "f")) == new if old != new else unified_diff(old, new, "f") == ""


def test_small_change_in_a_long_text_shows_three_lines_around_it() -> None:
    lines = [str(number) for number in range(100_000)]
    changed = [*lines[:50_000], "new", *lines[50_001:]]
    assert unified_diff("\n".join(lines) + "\n", "\n".join(changed) + "\n", "f").split("\n") == [
        "--- f",
        "+++ f",
        "@@ -49998,7 +49998,7 @@",
        " 49997",
        " 49998",
        " 49999",
        "-50000",
        "+new",
        " 50001",
        " 50002",
        " 50003",
    ]


def test_missing_last_line_end_is_told() -> None:
    assert unified_diff("a\n", "a", "f").split("\n")[3:] == ["-a", "+a", "\\ No newline at end of file"]


def test_new_file_is_all_added() -> None:
    assert unified_diff("", "x\n", "f").split("\n")[2:] == ["@@ -0,0 +1 @@", "+x"]


def test_long_texts_that_differ_all_over_take_no_long_time() -> None:
    old = "\n".join(str(number % 7) for number in range(20_000))
    new = "\n".join(str(number % 5) for number in range(20_000))
    assert unified_diff(old, new, "f").count("\n") > 30_000
