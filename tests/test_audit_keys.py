"""The audit log's key in the keyring: a real Secret Service, a locked one, and none."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.audit_keys import HEAD_NAME, KEY_NAME, KeyringAuditKeys
from desktop.engine.audit import AuditHead
from desktop.engine.errors import NoAuditKeys
from desktop.secrets import SERVICE, Keyring, KeyringFailed, KeyStore
from tests import keyring_session
from tests.test_secrets import LockedKeyring, MemoryKeyring, no_keyring

HEAD = AuditHead(rows=12, hash="ab" * 32)


def keys_in(load: Callable[[], Keyring], seen: list[str] | None = None) -> KeyringAuditKeys:
    on_key = seen.append if seen is not None else lambda key: None
    return KeyringAuditKeys(KeyStore(on_key=on_key, load=load, environment={}))


async def test_the_key_is_made_once_and_kept_out_of_logs() -> None:
    keyring = MemoryKeyring()
    seen: list[str] = []
    assert await keys_in(lambda: keyring).load_key(make=False) is None
    assert keyring.kept == {}
    key = await keys_in(lambda: keyring, seen).load_key(make=True)
    assert key is not None
    assert len(key) == 32
    assert seen == [key.hex()] == [keyring.kept[SERVICE, KEY_NAME]]
    assert await keys_in(lambda: keyring).load_key(make=True) == key
    assert await keys_in(lambda: MemoryKeyring()).load_key(make=True) != key


async def test_the_head_comes_back_as_it_was_saved() -> None:
    keyring = MemoryKeyring()
    assert await keys_in(lambda: keyring).load_head() is None
    await keys_in(lambda: keyring).save_head(HEAD)
    assert await keys_in(lambda: keyring).load_head() == HEAD


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, "ab" * 31])
async def test_what_is_no_key_is_refused_and_not_replaced(text: str) -> None:
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE, KEY_NAME, text)
    with pytest.raises(NoAuditKeys, match="no key of the audit log") as refused:
        await keys_in(lambda: keyring).load_key(make=True)
    assert refused.value.action
    assert keyring.kept[SERVICE, KEY_NAME] == text


async def test_what_is_no_head_is_refused() -> None:
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE, HEAD_NAME, "hm")
    with pytest.raises(NoAuditKeys, match="no head of the audit log"):
        await keys_in(lambda: keyring).load_head()


async def test_a_keyring_that_failed_is_not_asked_for_the_head() -> None:
    keyring = LockedKeyring()
    keys = keys_in(lambda: keyring)
    with pytest.raises(NoAuditKeys, match="locked"):
        await keys.load_key(make=True)
    for work in (keys.load_head(), keys.save_head(HEAD)):
        with pytest.raises(NoAuditKeys, match="locked"):
            await work
    assert keyring.asked == 1


async def test_no_keyring_is_said_in_words() -> None:
    with pytest.raises(NoAuditKeys, match=r"This system has no keyring\."):
        await keys_in(no_keyring).load_key(make=False)
    assert issubclass(KeyringFailed, Exception)


# --- the command line on a real keyring -------------------------------------------------------------------------------

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")
needs_service = pytest.mark.skipif(not keyring_session.IS_THERE, reason=f"needs {keyring_session.PROGRAMS}")

WORK = """
import asyncio, sys
from pathlib import Path
from desktop.assembly import open_engine
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.secrets import KeyStore
from desktop.settings import Settings
from tests.engine.store.test_audit import call, worked

async def main():
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    engine = await open_engine(paths, settings, KeyStore(on_key=lambda key: None, load=os_keyring), lambda event: None)
    await engine.audit._loading
    for name in sys.argv[1:] or ["a"]:
        await worked(engine.store, call(name, path="notes.md"))
    await engine.close()

asyncio.run(main())
"""
COMMAND = """
import sys
from desktop.__main__ import main
status = main({arguments!r})
sys.stdout.flush()
print("status", status)
"""


def do(home: Path, *arguments: str, wrap: keyring_session.Wrapper | None = None) -> str:
    """What a command line prints, and its status."""
    script = COMMAND.format(arguments=list(arguments))
    return keyring_session.run_python(script, home, wrap=wrap)


def database(home: Path) -> Path:
    (found,) = home.rglob("cortex.sqlite3")
    return found


@linux
@needs_service
def test_with_a_real_secret_service_an_intact_log_is_proven_and_a_cut_one_shown(tmp_path: Path) -> None:
    unlocked = keyring_session.in_keyring_session
    keyring_session.run_python(WORK, tmp_path, wrap=unlocked)
    keyring_session.run_python(WORK, tmp_path, wrap=unlocked)

    intact = do(tmp_path, "audit", "verify", wrap=unlocked)
    assert intact == "The audit log is intact: 8 rows checked.\nstatus 0\n"

    from tests.engine.store.test_audit_check import unguarded

    unguarded(database(tmp_path), "DELETE FROM audit WHERE number > 6")
    cut = do(tmp_path, "audit", "verify", wrap=unlocked)
    assert cut.startswith("The audit log is not intact. The end was cut off: the keyring says that there were 8 rows")
    assert cut.endswith("status 1\n")

    keyring_session.run_python(WORK, tmp_path, wrap=unlocked)  # the program goes on, and destroys no proof
    assert "status 1" in do(tmp_path, "audit", "verify", wrap=unlocked)
    assert "10 rows" in do(tmp_path, "audit", "accept", wrap=unlocked)
    assert do(tmp_path, "audit", "verify", wrap=unlocked) == "The audit log is intact: 10 rows checked.\nstatus 0\n"


@linux
@needs_service
def test_the_real_key_lies_in_no_file(tmp_path: Path) -> None:
    unlocked = keyring_session.in_keyring_session
    keyring_session.run_python(WORK, tmp_path, wrap=unlocked)
    script = f"from desktop.os_keyring import os_keyring; print(os_keyring().get_password({SERVICE!r}, {KEY_NAME!r}))"
    key = keyring_session.run_python(script, tmp_path, wrap=unlocked).strip()
    assert len(bytes.fromhex(key)) == 32
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "cortex.sqlite3" for path in files)
    for form in (key.encode(), bytes.fromhex(key)):
        assert not [path for path in files if form in path.read_bytes()]


@linux
@needs_service
def test_a_locked_keyring_leaves_keyed_rows_unchecked(tmp_path: Path) -> None:
    keyring_session.run_python(WORK, tmp_path, wrap=keyring_session.in_keyring_session)
    said = do(tmp_path, "audit", "verify", wrap=keyring_session.in_locked_session)
    assert said.startswith("4 rows could not be checked: they are chained with a key that cannot be had now.")
    assert said.endswith("status 1\n")


@linux
def test_without_a_secret_service_the_check_says_what_it_cannot_show(tmp_path: Path) -> None:
    keyring_session.run_python(WORK, tmp_path)
    said = do(tmp_path, "audit", "verify")
    assert said.startswith("The audit log is intact: 4 rows checked.\n\nRows 1 to 4 are chained without a key")
    assert "Whether rows were cut off at the end cannot be seen. This system has no keyring" in said
    assert said.endswith("status 0\n")


@linux
def test_the_log_is_listed_and_exported(tmp_path: Path) -> None:
    keyring_session.run_python(WORK, tmp_path)
    listed = do(tmp_path, "audit", "list").splitlines()
    assert listed[-1] == "status 0"
    assert [line.split()[2:7] for line in listed[:-1]] == [["4", "finished", "done", "person", "act"]]
    assert listed[0].endswith('notes.md"}')
    steps = do(tmp_path, "audit", "list", "--every-step", "--limit", "2", "--since", "1h", "--tool", "act")
    assert [line.split()[3] for line in steps.splitlines()[:-1]] == ["finished", "started"]

    lines = do(tmp_path, "audit", "export", "--since", "2d").splitlines()
    rows = [json.loads(line) for line in lines[:-1]]
    assert [row["step"] for row in rows] == ["requested", "decided", "started", "finished"]
    assert rows[0]["arguments"] == {"path": "notes.md"}
    assert (
        do(tmp_path, "audit", "export", "--format", "csv", "--state", "failed").splitlines()[0].startswith("number,at")
    )
    assert do(tmp_path, "audit", "export", "--until", "2020-01-01") == "status 0\n"


@linux
def test_a_first_start_has_an_empty_log(tmp_path: Path) -> None:
    said = do(tmp_path, "audit", "verify")
    assert said.startswith("The audit log is empty: no tool was called yet.")
    assert said.endswith("status 0\n")
    assert do(tmp_path, "audit", "list") == "status 0\n"
    assert not list(tmp_path.rglob("*.sqlite3*"))


@linux
def test_an_unreadable_log_is_status_1(tmp_path: Path) -> None:
    keyring_session.run_python(WORK, tmp_path)
    database(tmp_path).write_bytes(b"This is no database. " * 500)
    for leftover in tmp_path.rglob("cortex.sqlite3-*"):
        leftover.unlink()
    assert do(tmp_path, "audit", "verify") == "status 1\n"


def test_a_time_that_is_none_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    from desktop.__main__ import main

    for text in ("yesterday", "99999999999999h", "d", "5x"):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "list", "--since", text])
        assert ended.value.code == 2
        assert "is no time" in capsys.readouterr().err
