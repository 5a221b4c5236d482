"""Planted keys are found nowhere after the window met errors that nobody expected, and then really crashed."""

from pathlib import Path

import pytest

from tests.end_to_end.crashing import COMMAND, crash
from tests.end_to_end.desktop_session import ROOT, Desktop, wait_until
from tests.end_to_end.planted import find_planted
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_window_keys import run_in, save_key, type_key

pytestmark = pytest.mark.end_to_end

SAVED, TYPED, ADDED = (f"pflanzschlüssel-{name}-0123456789".replace("ü", "ue") for name in ("eins", "zwei", "drei"))
KEYS = (SAVED, TYPED, ADDED)
BROKEN = """
import sys, threading
from desktop.key_actions import KeyActions
from desktop.secrets import KeyStore
from desktop.usage_actions import UsageActions

known = []
save, add = KeyStore.save, KeyActions._add

async def saves(self, name, key):
    known.append(key)
    return await save(self, name, key)

async def adds(self, provider, label, key):
    await add(self, provider, "?", key)  # refused: nothing is kept
    raise RuntimeError(f"no room for {key}")

def opens(self):
    def fail():
        raise LookupError(f"a thread had {known[-1]} and api_key={known[-1]}")
    threading.Thread(target=fail).start()
    raise RuntimeError(f"no view for {known!r}")

KeyStore.save, KeyActions._add, UsageActions.open = saves, adds, opens
from desktop.__main__ import main
sys.exit(main())
"""
"""The program with faults that carry keys: in an action, in a slot of Qt, on a thread."""


def test_keys_stand_in_no_file_after_unexpected_errors_and_a_crash(keyring_screen: Desktop, stored: Stored) -> None:
    screen = keyring_screen
    working, temporary = stored.home / "cwd", stored.home / "tmp"
    for folder in (working, temporary):
        folder.mkdir(parents=True)
    command = (*COMMAND[:-2], "-c", BROKEN)
    variables = {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    program = screen.launch(stored.home, command=command, variables=variables, cwd=working)
    program.press("push button", "Add API keys")
    program.wait_for("label", "Anthropic Claude: No key")
    save_key(screen, program, "Anthropic Claude", SAVED)
    program.wait_for("label", "Anthropic Claude: In the keyring")
    program.click(program.wait_for("text", "Label of the further key", enabled=True))
    screen.type("work")
    type_key(screen, program, "Further key", ADDED)
    program.press("push button", "Add further key")
    wait_until(lambda: "an action of the window failed: RuntimeError" in stored.log(), "the error of an action")
    type_key(screen, program, "Google Gemini key", TYPED)
    program.press("push button", "Close")
    program.wait_until_gone("dialog", "API keys")
    screen.keys("ctrl+shift+u")
    wait_until(lambda: "Unhandled error: RuntimeError\n" in stored.log(), "the error of a slot")
    wait_until(lambda: "Unhandled error: LookupError\n" in stored.log(), "a thread's")
    shown = program.outline()
    assert program.is_running
    crash(program)
    screen.programs.remove(program)

    assert list(working.iterdir()) == []  # no core
    (working / "said.txt").write_text(program.complaints + shown, encoding="utf-8")
    for number, arguments in enumerate((["export", "-"], ["audit", "export"], ["models", "list"], ["usage", "--csv"])):
        (working / f"{number}.txt").write_text(run_in(screen, stored.home, *arguments), encoding="utf-8")
    run_in(screen, stored.home, "backup", str(working / "all.backup"))
    runtime = Path(screen.environment["XDG_RUNTIME_DIR"])
    assert find_planted([stored.home, runtime], KEYS) == {}
    (working / "control.txt").write_text(SAVED, encoding="utf-8")
    assert set(find_planted([stored.home], KEYS)) == {SAVED}
    for path in stored.home.rglob("*.log"):
        path.unlink()  # the fixture wants no traceback; these were planted
