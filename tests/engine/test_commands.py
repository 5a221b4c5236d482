"""Reading command lines: one simple command in plain words, or nothing."""

import shlex
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.engine.commands import parse_command, shown_command

LINES = st.text(alphabet=st.sampled_from(list("ab-. '\"\\$`;&|<>()*?~#!={}[]\n\t/é\u00a0")), max_size=20)
WORDS = st.lists(
    st.text(alphabet=st.sampled_from(list("abz-./:,@=% é*;&|'")), max_size=8).filter(
        lambda word: not ("'" in word and '"' in word)
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("git status", ("git", "status")),
        ("  git \t status  ", ("git", "status")),
        ("git commit -m 'a; b && c'", ("git", "commit", "-m", "a; b && c")),
        ('grep "two words" a.txt', ("grep", "two words", "a.txt")),
        ("echo a'b'\"c\"", ("echo", "abc")),
        ("echo ''", ("echo", "")),
        ("cat übung.txt", ("cat", "übung.txt")),
        ("make CC=gcc", ("make", "CC=gcc")),
    ],
)
def test_a_simple_command_is_read_as_its_words(line: str, words: tuple[str, ...]) -> None:
    assert parse_command(line) == words


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "git status; rm x",
        "git status && rm x",
        "git status || rm x",
        "git status & rm x",
        "git status | sh",
        "git status > x",
        "git status >> x",
        "git status 2>x",
        "git status < x",
        "git status <<EOF",
        "git status\nrm x",
        "git status\rrm x",
        "git status\x0brm x",
        "git $(rm x)",
        "git `rm x`",
        'git "$(rm x)"',
        'git "`rm x`"',
        "git $HOME",
        'git "$HOME"',
        "git ${x}",
        "git $((1+1))",
        "git $'\\n'",
        "git *.py",
        "git a?c",
        "git [ab]",
        "git {a,b}",
        "git ~/x",
        "git # x",
        "git \\; rm",
        "git stat\\\nus",
        'git "a\\"b"',
        "git 'open",
        'git "open',
        "git 'a\nb'",
        "(git status)",
        "{ git status",
        "! git status",
        "if true",
        "time git status",
        "PAGER=evil git log",
        "PATH+=x git log",
        "'A'=b git",
        "git\u00a0status",
        "git\u2003status",
        "git ^x",
    ],
)
def test_what_could_mean_more_is_not_read(line: str) -> None:
    assert parse_command(line) is None


@given(LINES)
def test_what_is_read_has_the_words_that_a_lexer_finds(line: str) -> None:
    words = parse_command(line)
    if words is not None:
        assert list(words) == shlex.split(line)
        assert not set("$`\\\n") & set(line.replace("'", "")) or "'" in line


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
@settings(max_examples=60, deadline=None)
@given(LINES)
def test_what_is_read_has_the_words_that_the_shell_gives_to_a_program(line: str) -> None:
    words = parse_command(line)
    if words is None:
        return
    command = ["/bin/sh", "-c", f"""printf '%s\\n' {line}"""]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "".join(
        f"{word}\n" for word in words
    )


@given(WORDS)
def test_a_shown_command_is_read_as_the_same_words(words: list[str]) -> None:
    shown = parse_command(shown_command(tuple(words)))
    assert shown in (None, tuple(words))


@given(LINES, st.sampled_from([";", "&", "|", ">", "<", "`", "$(", ")", "\n", "*", "\\", "#"]))
def test_no_mark_of_the_shell_outside_quotes_is_read(rest: str, mark: str) -> None:
    assert parse_command(f"git status {mark}{rest}") is None


@pytest.mark.parametrize(
    "line", ["dir 'a & b'", 'dir "a"', "dir %PATH%", "dir ^& x", "dir & x", "dir a\tb", "echo a=b"]
)
def test_on_windows_plain_words_alone_are_read(line: str) -> None:
    assert parse_command(line, windows=True) is None
    assert parse_command("dir C:\\x", windows=True) == ("dir", "C:\\x")
