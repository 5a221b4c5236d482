"""``keys`` and ``personas`` on the command line: with a real Secret Service, with a locked one, and with none."""

import sys
from pathlib import Path

import pytest

from tests import keyring_session
from tests.end_to_end.planted import find_planted

KEY = "planted-command-0123456789-of-no-worth"
COMMAND = """
import io, os, sys
sys.stdin = io.StringIO({typed!r})
sys.stderr = sys.stdout
os.environ.update({variables!r})
from desktop.__main__ import main
status = main({arguments!r})
sys.stdout.flush()
print("status", status)
"""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")
needs_service = pytest.mark.skipif(not keyring_session.IS_THERE, reason=f"needs {keyring_session.PROGRAMS}")
UNLOCKED, LOCKED = keyring_session.in_keyring_session, keyring_session.in_locked_session


def do(
    home: Path, *arguments: str, typed: str = "", wrap: keyring_session.Wrapper | None = None, **variables: str
) -> str:
    """All that a command line says, and its status."""
    script = COMMAND.format(typed=typed, variables=variables, arguments=list(arguments))
    return keyring_session.run_python(script, home, wrap=wrap)


@linux
@needs_service
def test_a_key_is_kept_listed_and_removed_and_stands_in_no_file(tmp_path: Path) -> None:
    said = do(tmp_path, "keys", "set", "gemini/work", typed=f" {KEY}\n", wrap=UNLOCKED)
    assert said == "The key of Google Gemini, work is in the system's keyring.\nstatus 0\n"
    listed = do(tmp_path, "keys", "list", wrap=UNLOCKED, ANTHROPIC_API_KEY="of-no-worth")
    lines = [line.split(None, 1)[1] for line in listed.splitlines()]
    assert lines == [
        "Google Gemini: no key",
        "Google Gemini, work: in the keyring",
        "Anthropic Claude: from the environment: ANTHROPIC_API_KEY",
        "OpenAI or compatible: no key",
        "0",
    ]
    asked = do(tmp_path, "keys", "remove", "gemini/work", wrap=UNLOCKED)
    assert "It cannot be brought back from here" in asked
    assert "Add --yes" in asked
    assert asked.endswith("status 2\n")
    assert "work: in the keyring" in do(tmp_path, "keys", "list", wrap=UNLOCKED)
    assert do(tmp_path, "keys", "remove", "gemini/work", "--yes", wrap=UNLOCKED).endswith("Removed.\nstatus 0\n")
    assert "work" not in do(tmp_path, "keys", "list", wrap=UNLOCKED)
    assert find_planted([tmp_path], [KEY]) == {}


@linux
@needs_service
def test_what_stops_working_is_said_before_a_key_is_removed(tmp_path: Path) -> None:
    do(tmp_path, "keys", "set", "anthropic", typed=KEY, wrap=UNLOCKED)
    said = do(tmp_path, "keys", "remove", "anthropic", wrap=UNLOCKED)
    assert "Without it Claude Sonnet 5.5, Claude Opus 5.5 and Claude Haiku 5.5 no longer work." in said
    said = do(tmp_path, "keys", "remove", "anthropic", wrap=UNLOCKED, ANTHROPIC_API_KEY="of-no-worth")
    assert "ANTHROPIC_API_KEY in the environment then serves in its place." in said


@linux
@needs_service
def test_a_locked_keyring_keeps_no_key_and_says_so(tmp_path: Path) -> None:
    do(tmp_path, "keys", "set", "anthropic", typed=KEY, wrap=UNLOCKED)
    said = do(tmp_path, "keys", "set", "gemini", typed=KEY, wrap=LOCKED)
    assert said.startswith("cortex-desktop: The system's keyring is locked.")
    assert said.endswith("The key was not kept.\nstatus 1\n")
    assert "The system's keyring is locked" in do(tmp_path, "keys", "list", wrap=LOCKED)


@linux
def test_without_a_keyring_a_key_is_not_kept(tmp_path: Path) -> None:
    said = do(tmp_path, "keys", "set", "gemini", typed=KEY)
    assert "This system has no keyring" in said
    assert said.endswith("The key was not kept.\nstatus 1\n")
    assert find_planted([tmp_path], [KEY]) == {}


@linux
@pytest.mark.parametrize(
    ("arguments", "typed", "words", "status"),
    [
        (("keys", "set", "nobody"), KEY, "'nobody' is no name of a key", 2),
        (("keys", "set", "gemini/"), KEY, "'gemini/' is no name of a key", 2),
        (("keys", "set", "gemini/a?b"), KEY, "A label of a key has letters", 2),
        (("keys", "set", "gemini"), "", "The key is empty.", 1),
        (("keys", "test", "gemini/work"), "", "There is no key of Google Gemini, work yet.", 1),
        (("personas", "sent", "--role", "nobody"), "", "There is no role 'nobody'", 2),
    ],
)
def test_what_cannot_be_is_said_in_words(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, words: str, status: int
) -> None:
    said = do(tmp_path, *arguments, typed=typed)
    assert words in said
    assert said.endswith(f"status {status}\n")


SETTINGS = """
[[role]]
name = "poet"
persona = "poet.md"
inject_datetime = false
[[role]]
name = "lost"
persona = "gone.md"
"""


@linux
def test_personas_are_listed_with_their_roles_and_what_is_sent_is_printed(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "cortex-desktop"
    (folder / "persona").mkdir(parents=True)
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "persona" / "poet.md").write_text("I am a poet.", encoding="utf-8")
    listed = [line.split(None, 1) for line in do(tmp_path, "personas", "list").splitlines()[:2]]
    assert [name for name, _ in listed] == ["default.md", "poet.md"]
    assert listed[0][1].startswith("the program's; ")
    assert "chat" in listed[0][1]
    assert listed[1][1] == "poet"
    sent = do(tmp_path, "personas", "sent", "--role", "poet", "--off-record")
    assert "I am a poet.\n\nYou answer the person." in sent
    assert "Current mode: Off The Record." in sent
    assert "Date:" not in sent
    assert "Nothing: the role does not tell the time." in sent
    lost = do(tmp_path, "personas", "sent", "--role", "lost")
    assert "The persona file gone.md cannot be read" in lost
    assert lost.endswith("status 1\n")
