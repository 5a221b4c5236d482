"""Keys in the window with a real Secret Service: labelled, tried, locked away, and found in no file."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desktop_session import ROOT, Desktop, Program, desktop, home_variables, wait_until
from tests.end_to_end.providers import providers
from tests.end_to_end.stored import Stored
from tests.end_to_end.test_first_start import secrets_in
from tests.wire import gemini
from tests.wire.server import Exchange, Step

pytestmark = pytest.mark.end_to_end

PICTURES = ROOT / "build" / "pictures" / "window"
DEFAULT_KEY = "planted-default-0123456789-of-no-worth"
WORK_KEY = "planted-labelled-0123456789-of-no-worth"
OTHER_KEY = "planted-replacing-0123456789-of-no-worth"
WRONG_KEY = "planted-wrong-0123456789-of-no-worth"
KEYS = (DEFAULT_KEY, WORK_KEY, WRONG_KEY, OTHER_KEY)
LIST = {
    "data": [{"id": "claude-a", "type": "model", "display_name": "A", "created_at": "2026-01-01T00:00:00Z"}],
    "has_more": False,
}
ROLE = """
# Kept by hand.
[[role]]
name = "chat"
keys = ["gemini/work"]
"""
LOCK = """
import contextlib, secretstorage
with contextlib.closing(secretstorage.dbus_init()) as bus:
    collection = secretstorage.get_default_collection(bus)
    collection.lock()
    assert collection.is_locked()
"""


UNLOCK = """
import contextlib, secretstorage
from secretstorage import util
with contextlib.closing(secretstorage.dbus_init()) as bus:
    collection = secretstorage.get_default_collection(bus)
    secret = util.format_secret(util.open_session(bus), b"of no worth", "text/plain")
    keyring = util.DBusAddressWrapper(
        "/org/freedesktop/secrets", "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", bus
    )
    keyring.call("UnlockWithMasterPassword", "o(oayays)", collection.collection_path, secret)
    assert not collection.is_locked()
"""
"""As the system does where a person types the keyring's password."""


def echoes(key: str, status: int = 401) -> Step:
    """Refuses a key, and repeats it, as a careless provider does."""

    async def step(exchange: Exchange) -> None:
        error = {"type": "authentication_error", "message": f"invalid x-api-key: {key} ({exchange.request.headers})"}
        await exchange.reply(status, {"type": "error", "error": error})

    return step


async def lists(exchange: Exchange) -> None:
    await exchange.reply(200, LIST)


async def lists_of_gemini(exchange: Exchange) -> None:
    await exchange.reply(200, {"models": [{"name": "models/gemini-a"}, {"name": "models/gemini-b"}]})


def type_key(screen: Desktop, program: Program, field: str, key: str) -> None:
    program.click(program.wait_for("password text", field, enabled=True))
    program.wait_for_focus(field)
    screen.type(key)


def save_key(screen: Desktop, program: Program, name: str, key: str) -> None:
    type_key(screen, program, f"{name} key", key)
    program.press("push button", f"Save {name} key")


def run_in(screen: Desktop, home: Path, *arguments: str) -> str:
    """A command line of the program in the same session; returns all that it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *arguments],
        env={**screen.environment, **home_variables(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def own_screen(_able: None) -> Iterator[Desktop]:
    """A desktop with a keyring of its own, which the test may lock."""
    if shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("this system lacks gnome-keyring-daemon")
    with (
        tempfile.TemporaryDirectory(prefix="cortex-", ignore_cleanup_errors=True) as folder,
        desktop(Path(folder) / "d", keyring=True) as made,
    ):
        yield made


def test_keys_are_labelled_tested_and_used_and_stand_in_no_file(own_screen: Desktop, stored: Stored) -> None:
    screen = own_screen
    claude_steps = (echoes(WRONG_KEY), lists, echoes(DEFAULT_KEY))
    folder = stored.home / "config" / "cortex-desktop"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(ROLE, encoding="utf-8")
    with providers(claude=claude_steps, gemini=(lists_of_gemini, gemini.says("Gathered."))) as both:
        program = screen.launch(stored.home, variables=both.addresses)
        program.press("push button", "Add API keys")
        program.wait_for("dialog", "API keys")
        claude = "Anthropic Claude"
        program.wait_for("label", f"{claude}: No key")
        program.wait_for_focus("Google Gemini key")
        type_key(screen, program, f"{claude} key", WRONG_KEY)
        program.press("push button", f"Test {claude} key")
        program.wait_for("label", begins=f"{claude} refused the API key (401")
        program.click(program.wait_for("password text", f"{claude} key"))
        screen.keys("ctrl+a", "Delete")
        save_key(screen, program, claude, DEFAULT_KEY)
        program.wait_for("label", f"{claude}: In the keyring")
        program.press("push button", f"Test {claude} key")
        program.wait_for("label", begins=f"The key works: {claude} at 127.0.0.1:", holds="listed 1 model in")

        program.wait_for("label", "Google Gemini, work: No key")  # named by the role
        program.click(program.wait_for("text", "Label of the further key", enabled=True))
        screen.type("work")
        type_key(screen, program, "Further key", WORK_KEY)
        program.press("push button", "Add further key")
        program.wait_for("label", "Google Gemini, work: In the keyring")
        program.press("push button", "Test Google Gemini, work key")
        program.wait_for("label", begins="The key works: Google Gemini at", holds="listed 2 models")
        screen.picture(PICTURES / "keys.png")
        sent = [request.headers["authorization"] for request in both.claude.requests]
        assert sent == [f"Bearer {WRONG_KEY}", f"Bearer {DEFAULT_KEY}"]

        program.press("push button", "Close")
        program.wait_until_gone("dialog", "API keys")
        program.send("Hello?")
        program.wait_for("label", begins="Claude Sonnet 5.5 refused the API key (401")
        stored.wait_for_states("failed")
        assert {request.headers["x-goog-api-key"] for request in both.gemini.requests} == {WORK_KEY}
        work = "Google Gemini, work"
        program.press("push button", "API keys")
        program.wait_for("label", f"{work}: In the keyring")
        save_key(screen, program, work, OTHER_KEY)  # replaces the one that is there
        wait_until(lambda: f"gemini/work {OTHER_KEY}" in secrets_in(screen), "the other key")
        assert WORK_KEY not in secrets_in(screen)
        shown = program.outline()
        program.press("push button", f"Remove {work} key")
        program.wait_for("dialog", "Remove API key", holds="Without it the role chat no longer works.")
        program.press("push button", "Remove key")
        program.wait_for("label", "The key is removed, and still named by the role chat.")
        program.wait_for("label", f"{work}: No key")
        assert "gemini/work" not in secrets_in(screen)
        assert program.terminate() == 0
    settings = (folder / "settings.toml").read_text(encoding="utf-8")
    assert "# Kept by hand." in settings
    assert "[[key]]" not in settings

    written = program.complaints + shown
    for arguments in (["export", str(stored.home / "out.json")], ["export", str(stored.home / "out.html")]):
        written += run_in(screen, stored.home, *arguments)
    written += run_in(screen, stored.home, "audit", "export") + run_in(screen, stored.home, "models", "list")
    written += run_in(screen, stored.home, "backup", str(stored.home / "all.backup"))
    assert (stored.home / "all.backup").exists()
    for key in KEYS:
        assert stored.files_that_hold(key) == []
        assert key not in written
        held = [path for path in screen.folder.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
        assert [path for path in held if path.name != "Xvfb_screen0"] == []


def test_a_locked_keyring_is_explained_and_its_keys_come_when_it_is_unlocked(
    own_screen: Desktop, stored: Stored
) -> None:
    screen = own_screen
    first = screen.launch(stored.home)
    first.press("push button", "Add API keys")
    first.wait_for("label", "Anthropic Claude: No key")
    save_key(screen, first, "Anthropic Claude", DEFAULT_KEY)
    first.wait_for("label", "Anthropic Claude: In the keyring")
    assert first.terminate() == 0
    subprocess.run([sys.executable, "-c", LOCK], env=screen.environment, check=True, timeout=30)

    program = screen.launch(stored.home)
    program.wait_for("label", begins="The system's keyring is locked", holds="this session only")
    program.press("push button", "API keys")
    program.wait_for("label", begins="The system's keyring is locked", holds="Choose Try again")
    program.wait_for("label", "Anthropic Claude: Not known: the keyring is locked")
    save_key(screen, program, "Google Gemini", WORK_KEY)
    program.wait_for("label", "Google Gemini: For this session only")
    screen.picture(PICTURES / "keys-locked.png")

    subprocess.run([sys.executable, "-c", UNLOCK], env=screen.environment, check=True, timeout=30)
    again = [each for each in program.find_all("push button", "Try again") if each.is_enabled]
    program.click(again[-1])
    program.wait_for("label", "Anthropic Claude: In the keyring")
    program.wait_for("label", "Google Gemini: In the keyring")
    wait_until(lambda: program.find("label", begins="The system's keyring is locked") is None, "the notices to go")
    for key in (DEFAULT_KEY, WORK_KEY):
        assert stored.files_that_hold(key) == []
