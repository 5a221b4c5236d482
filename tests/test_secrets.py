import asyncio
import string
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.secrets import (
    KeyRefused,
    Keyring,
    KeyringFailed,
    KeySource,
    KeyStatus,
    KeyStore,
    Provider,
    checked_key,
    key_name,
)
from tests import keyring_session

KEY = "sk-ant-0123456789"
OTHER = "AIza0123456789"


class MemoryKeyring:
    """Keeps keys in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class KeyringLocked(Exception):
    """Named as the package's error."""


class LockedKeyring(MemoryKeyring):
    """Counts who asks, and answers nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        raise KeyringLocked(KEY)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(password)


class SilentKeyring(MemoryKeyring):
    """Waits for a password that nobody types, until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait()
        return super().get_password(service, username)


def no_keyring() -> Keyring:
    raise KeyringFailed("This system has no keyring.")


Make = Callable[..., KeyStore]


@pytest.fixture
def seen() -> list[str]:
    """The keys that were announced for redaction."""
    return []


@pytest.fixture
def make(seen: list[str]) -> Make:
    def store(keyring: Keyring | None = None, *, timeout_s: float = 30, **environment: str) -> KeyStore:
        load = no_keyring if keyring is None else lambda: keyring
        return KeyStore(on_key=seen.append, load=load, environment=environment, timeout_s=timeout_s)

    return store


@pytest.fixture
async def silent() -> AsyncIterator[SilentKeyring]:
    keyring = SilentKeyring()
    yield keyring
    keyring.released.set()


async def test_saved_key_lies_in_the_keyring_under_the_fixed_names(make: Make, seen: list[str]) -> None:
    keyring = MemoryKeyring()
    store = make(keyring)

    assert await store.save(Provider.ANTHROPIC, f"  {KEY}\n") is KeySource.KEYRING

    assert keyring.kept == {("cortex-desktop", "anthropic"): KEY}
    assert await store.get(Provider.ANTHROPIC) == KEY
    assert await store.get(Provider.GEMINI) is None
    assert store.keyring_problem is None
    assert seen[0] == KEY


async def test_key_of_the_keyring_is_announced_when_read(make: Make, seen: list[str]) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("cortex-desktop", "openai", KEY)

    assert await make(keyring).get(Provider.OPENAI) == KEY

    assert seen == [KEY]


async def test_environment_serves_where_the_keyring_has_none(make: Make, seen: list[str]) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("cortex-desktop", "anthropic", KEY)
    store = make(keyring, ANTHROPIC_API_KEY="of-the-environment", GOOGLE_API_KEY=f" {OTHER} ", GEMINI_API_KEY=" ")

    assert await store.get(Provider.ANTHROPIC) == KEY
    assert await store.get(Provider.GEMINI) == OTHER
    assert await store.status() == [
        KeyStatus(Provider.GEMINI, KeySource.ENVIRONMENT, "GOOGLE_API_KEY"),
        KeyStatus(Provider.ANTHROPIC, KeySource.KEYRING),
        KeyStatus(Provider.OPENAI, KeySource.NONE),
    ]
    assert OTHER in [key.strip() for key in seen]


async def test_first_variable_wins(make: Make) -> None:
    store = make(MemoryKeyring(), GEMINI_API_KEY="first", GOOGLE_API_KEY="second")

    assert await store.get(Provider.GEMINI) == "first"


async def test_unusable_variable_is_named_and_not_used(make: Make, seen: list[str]) -> None:
    store = make(MemoryKeyring(), OPENAI_API_KEY="two words")

    assert await store.get(Provider.OPENAI) is None
    status = (await store.status())[-1]
    assert (status.source, status.variable) == (KeySource.NONE, "OPENAI_API_KEY")
    assert status.problem.startswith("The variable OPENAI_API_KEY is not used. The key has a blank")
    assert "two words" in seen, "it may be a key with a slip, so it is kept out of logs"


async def test_without_a_keyring_a_key_lasts_for_the_session_and_the_reason_is_said(make: Make) -> None:
    store = make(None, GEMINI_API_KEY=OTHER)

    assert await store.save(Provider.GEMINI, KEY) is KeySource.SESSION

    assert store.keyring_problem == "This system has no keyring."
    assert await store.get(Provider.GEMINI) == KEY, "what was just typed wins over the environment"
    assert (await store.status())[0] == KeyStatus(Provider.GEMINI, KeySource.SESSION)
    with pytest.raises(KeyringFailed):
        await store.remove(Provider.GEMINI)
    assert await store.get(Provider.GEMINI) == OTHER, "this session's key is forgotten all the same"
    assert await make(None).get(Provider.GEMINI) is None, "another session knows nothing of it"


async def test_saving_to_the_keyring_ends_the_session_key(make: Make) -> None:
    there: list[Keyring] = []
    store = KeyStore(on_key=lambda key: None, load=lambda: there[0] if there else no_keyring(), environment={})
    await store.save(Provider.OPENAI, "of-the-session")
    there.append(MemoryKeyring())

    assert await store.save(Provider.OPENAI, KEY) is KeySource.KEYRING

    assert store.keyring_problem is None
    assert (await store.status())[-1].source is KeySource.KEYRING
    assert await store.get(Provider.OPENAI) == KEY


async def test_removed_key_is_gone_and_removing_nothing_is_no_error(make: Make) -> None:
    keyring = MemoryKeyring()
    store = make(keyring)
    await store.save(Provider.OPENAI, KEY)

    await store.remove(Provider.OPENAI)
    await store.remove(Provider.OPENAI)

    assert keyring.kept == {}
    assert await store.get(Provider.OPENAI) is None


async def test_locked_keyring_is_asked_once_and_not_again_until_the_person_says_so(make: Make) -> None:
    keyring = LockedKeyring()
    store = make(keyring, ANTHROPIC_API_KEY=OTHER)

    assert await store.get(Provider.ANTHROPIC) == OTHER
    assert await store.get(Provider.ANTHROPIC) == OTHER
    assert keyring.asked == 1
    assert store.keyring_problem == "The system's keyring is locked. Unlock it, then try again."

    await store.status()
    assert await store.save(Provider.OPENAI, KEY) is KeySource.SESSION
    assert (keyring.asked, store.is_locked) == (1, True)
    assert not await store.try_again()
    assert (keyring.asked, store.is_locked) == (2, True)


async def test_when_it_is_unlocked_this_sessions_keys_go_into_it(make: Make) -> None:
    there: list[Keyring] = [LockedKeyring()]
    store = KeyStore(on_key=lambda key: None, load=lambda: there[0], environment={})
    await store.save(Provider.OPENAI, KEY)
    await store.save(key_name(Provider.GEMINI, "work"), OTHER)
    there[0] = unlocked = MemoryKeyring()
    assert await store.try_again()
    assert unlocked.kept == {("cortex-desktop", "openai"): KEY, ("cortex-desktop", "gemini/work"): OTHER}
    assert (await store.status())[-1].source is KeySource.KEYRING
    assert (store.is_locked, store.keyring_problem) == (False, None)


async def test_a_prompt_that_is_dismissed_late_counts_as_locked(make: Make, silent: SilentKeyring) -> None:
    class Dismissed(SilentKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            super().get_password(service, username)
            raise KeyringLocked

    keyring = Dismissed()
    store = make(keyring, timeout_s=0.05)
    assert await store.get(Provider.OPENAI) is None
    assert store.is_silent
    keyring.released.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            await asyncio.to_thread(thread.join, 10)
    assert await store.save(Provider.OPENAI, KEY) is KeySource.SESSION
    assert store.is_locked


async def test_keyring_that_does_not_answer_is_waited_for_in_bounds(make: Make, silent: SilentKeyring) -> None:
    store = make(silent, timeout_s=0.05, OPENAI_API_KEY=OTHER)

    assert await store.get(Provider.OPENAI) == OTHER
    assert store.keyring_problem is not None
    assert store.keyring_problem.startswith("The system's keyring did not answer within 0.05 seconds.")

    assert await store.save(Provider.OPENAI, KEY) is KeySource.SESSION, "no second thread is left hanging"
    assert store.keyring_problem == "The system's keyring still has not answered. Unlock it, then try again."
    assert sum(thread.name == "keyring" for thread in threading.enumerate()) == 1


async def test_loop_goes_on_while_the_keyring_waits(make: Make, silent: SilentKeyring) -> None:
    silent.set_password("cortex-desktop", "openai", KEY)
    waiting = asyncio.create_task(make(silent).get(Provider.OPENAI))
    await asyncio.sleep(0)

    assert not waiting.done()

    silent.released.set()
    assert await waiting == KEY


async def test_cancelled_wait_goes_up(make: Make, silent: SilentKeyring) -> None:
    waiting = asyncio.create_task(make(silent).get(Provider.OPENAI))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("text", ["", " \n", "two words", "one\nanother", "tab\there", "null\0", "“quoted”", "ключ"])
async def test_what_can_be_no_key_is_refused_in_words_and_changes_nothing(make: Make, text: str) -> None:
    keyring = MemoryKeyring()

    with pytest.raises(KeyRefused, match="The key") as caught:
        await make(keyring).save(Provider.OPENAI, text)

    assert keyring.kept == {}
    assert not text.strip() or text not in str(caught.value)


@given(st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1), st.text(" \t\r\n"))
def test_blanks_around_a_key_do_not_count(key: str, blanks: str) -> None:
    assert checked_key(blanks + key + blanks) == key


async def test_nothing_shows_a_key(make: Make) -> None:
    store = make(LockedKeyring(), OPENAI_API_KEY=KEY)
    await store.save(Provider.GEMINI, OTHER)

    shown = f"{store!r} {store} {await store.status()} {store.keyring_problem}"

    assert KEY not in shown
    assert OTHER not in shown


# --- the system's keyring ---------------------------------------------------------------------------------------------

REPORT = """
import asyncio, sys
from desktop.os_keyring import os_keyring
from desktop.secrets import *

async def main():
    store = KeyStore(on_key=lambda key: None, load=os_keyring, environment={"OPENAI_API_KEY": "env"}, timeout_s=20)
    print("first", await store.get(Provider.ANTHROPIC))
    print("saved", await store.save(Provider.ANTHROPIC, "sk-ant-0123456789"))
    print(*(status.source for status in await store.status()))
    print("second", await store.get(Provider.ANTHROPIC), await store.get(Provider.OPENAI))
    print("problem", store.keyring_problem)

asyncio.run(main())
"""
REMOVE = """
import asyncio
from desktop.os_keyring import os_keyring
from desktop.secrets import *
store = KeyStore(on_key=lambda key: None, load=os_keyring, environment={}, timeout_s=20)
asyncio.run(store.remove(Provider.ANTHROPIC))
"""
LOAD = """
from desktop.os_keyring import os_keyring
from desktop.secrets import KeyringFailed
try:
    print(type(os_keyring()).__module__)
except KeyringFailed as error:
    print(error)
"""
LOCKED = "The system's keyring is locked. Unlock it, then try again."
NONE = "This system has no keyring that programs can use. On Linux, install and start GNOME Keyring or KWallet."

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")
needs_service = pytest.mark.skipif(not keyring_session.IS_THERE, reason=f"needs {keyring_session.PROGRAMS}")


@linux
@needs_service
def test_real_secret_service_keeps_a_key_between_sessions_and_out_of_files(tmp_path: Path) -> None:
    unlocked = keyring_session.in_keyring_session

    first = keyring_session.run_python(REPORT, tmp_path, wrap=unlocked).splitlines()
    again = keyring_session.run_python(REPORT, tmp_path, wrap=unlocked).splitlines()
    keyring_session.run_python(REMOVE, tmp_path, wrap=unlocked)
    after = keyring_session.run_python(REPORT, tmp_path, wrap=unlocked).splitlines()

    same = ["saved keyring", "none keyring environment", "second sk-ant-0123456789 env", "problem None"]
    assert first == ["first None", *same]
    assert again == ["first sk-ant-0123456789", *same]
    assert after == ["first None", *same]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"sk-ant-0123456789" in path.read_bytes()]


@linux
@needs_service
def test_real_secret_service_that_stays_locked_means_this_session_only(tmp_path: Path) -> None:
    keyring_session.run_python(REPORT, tmp_path, wrap=keyring_session.in_keyring_session)

    locked = keyring_session.run_python(REPORT, tmp_path, wrap=keyring_session.in_locked_session).splitlines()

    assert locked == [
        "first None",
        "saved session",
        "none session environment",
        "second sk-ant-0123456789 env",
        f"problem {LOCKED}",
    ]


@linux
def test_no_secret_service_means_this_session_only(tmp_path: Path) -> None:
    report = keyring_session.run_python(REPORT, tmp_path).splitlines()

    assert report == [
        "first None",
        "saved session",
        "none session environment",
        "second sk-ant-0123456789 env",
        f"problem {NONE}",
    ]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


READABLE = """
import keyring.backend

class Keyring(keyring.backend.KeyringBackend):
    priority = 9

    def get_password(self, service, username):
        raise AssertionError

    set_password = delete_password = get_password
"""


@linux
@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("keyring.backends.null.Keyring", "The system's keyring is turned off"),
        ("keyring.backends.fail.Keyring", NONE),
        ("keyrings_readable.Keyring", "The keyring backend 'keyrings_readable.Keyring' is not the system's"),
        ("no_such_module.Keyring", "The keyring that is configured for Python programs cannot be loaded"),
    ],
)
def test_backend_that_is_not_the_systems_is_refused(tmp_path: Path, backend: str, words: str) -> None:
    (tmp_path / "keyrings_readable.py").write_text(READABLE)
    setup = f"import os, sys\nsys.path.append({str(tmp_path)!r})\nos.environ['PYTHON_KEYRING_BACKEND'] = {backend!r}\n"

    assert keyring_session.run_python(setup + LOAD, tmp_path).startswith(words)


@linux
@needs_service
def test_systems_keyring_is_found_beside_a_readable_one(tmp_path: Path) -> None:
    (tmp_path / "keyrings_readable.py").write_text(READABLE)
    setup = f"import sys\nsys.path.append({str(tmp_path)!r})\nimport keyrings_readable\n"

    found = keyring_session.run_python(setup + LOAD, tmp_path, wrap=keyring_session.in_keyring_session)

    assert found == "desktop.os_keyring\n"  # around the Secret Service alone


def test_keyring_package_is_not_imported_before_it_is_needed(tmp_path: Path) -> None:
    script = "import sys, desktop.secrets, desktop.os_keyring\nprint('keyring' in sys.modules)"

    assert keyring_session.run_python(script, tmp_path) == "False\n"


async def test_a_further_key_has_a_name_of_its_own_and_nothing_of_the_environment(make: Make) -> None:
    keyring = MemoryKeyring()
    store = make(keyring, GEMINI_API_KEY=OTHER)
    name = key_name(Provider.GEMINI, "work")
    assert name == "gemini/work"
    assert await store.get(name) is None
    assert await store.save(name, KEY) is KeySource.KEYRING
    assert keyring.get_password("cortex-desktop", "gemini/work") == KEY
    assert (await store.get(name), await store.get(Provider.GEMINI)) == (KEY, OTHER)
    assert (await store.status([name]))[-1] == KeyStatus("gemini/work", KeySource.KEYRING)
    await store.remove(name)
    assert await store.get(name) is None
    with pytest.raises(ValueError, match="at most 40"):
        key_name(Provider.GEMINI, "a/b")
