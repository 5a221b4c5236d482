"""The audit log's key in the keyring: a real Secret Service, a locked one, and none."""

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desktop.audit_keys import HEAD_NAME, KEY_NAME, KeyringAuditKeys
from desktop.engine.audit import AuditHead, AuditLogId
from desktop.engine.errors import NoAuditKeys
from desktop.secrets import SERVICE, Keyring, KeyringFailed, KeyStore
from tests import keyring_session
from tests.test_secrets import LockedKeyring, MemoryKeyring, no_keyring

HEAD = AuditHead(rows=12, hash="ab" * 32)
HERE = Path("/home/ada/cortex.sqlite3")
THERE = Path("/home/ada/other/cortex.sqlite3")


def keys_in(
    load: Callable[[], Keyring],
    seen: list[str] | None = None,
    *,
    log_id: str = "one",
    is_earlier: bool = False,
    database: Path = HERE,
) -> KeyringAuditKeys:
    on_key = seen.append if seen is not None else lambda key: None
    keys = KeyStore(on_key=on_key, load=load, environment={})
    return KeyringAuditKeys(keys, AuditLogId(id=log_id, is_earlier=is_earlier), database)


async def test_the_key_is_made_once_and_kept_out_of_logs() -> None:
    keyring = MemoryKeyring()
    seen: list[str] = []
    assert await keys_in(lambda: keyring).load_key(make=False) is None
    assert keyring.kept == {}
    key = await keys_in(lambda: keyring, seen).load_key(make=True)
    assert key is not None
    assert len(key) == 32
    assert seen == [key.hex()] == [keyring.kept[SERVICE, f"{KEY_NAME}-one"]]
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
    keyring.set_password(SERVICE, f"{KEY_NAME}-one", text)
    with pytest.raises(NoAuditKeys, match="no key of the audit log") as refused:
        await keys_in(lambda: keyring).load_key(make=True)
    assert refused.value.action
    assert keyring.kept[SERVICE, f"{KEY_NAME}-one"] == text
    assert "'audit-key-one'" in str(refused.value)


async def test_what_is_no_head_is_refused() -> None:
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE, f"{HEAD_NAME}-one", "hm")
    with pytest.raises(NoAuditKeys, match="no head of the audit log"):
        await keys_in(lambda: keyring).load_head()


async def test_two_logs_on_one_keyring_have_a_key_and_a_head_each() -> None:
    keyring = MemoryKeyring()
    one, two = keys_in(lambda: keyring), keys_in(lambda: keyring, log_id="two", database=THERE)
    assert await one.load_key(make=True) != await two.load_key(make=True)
    await one.save_head(HEAD)
    assert await two.load_head() is None
    await two.save_head(AuditHead(rows=1, hash="cd" * 32))
    assert await one.load_head() == HEAD


async def test_another_id_in_the_file_does_not_pass_its_log_for_a_new_one() -> None:
    keyring = MemoryKeyring()
    before = keys_in(lambda: keyring)
    key = await before.load_key(make=True)
    await before.save_head(HEAD)
    for log_id in ("forged", ""):
        after = keys_in(lambda: keyring, log_id=log_id)
        assert await after.load_key(make=True) == key
        assert await after.load_head() == HEAD


async def test_a_log_that_was_moved_finds_its_key_and_head() -> None:
    keyring = MemoryKeyring()
    key = await keys_in(lambda: keyring).load_key(make=True)
    await keys_in(lambda: keyring).save_head(HEAD)
    moved = keys_in(lambda: keyring, database=THERE)
    assert (await moved.load_key(make=True), await moved.load_head()) == (key, HEAD)


async def test_earlier_logs_take_the_one_key_and_head_of_their_time_over_and_leave_it_to_others() -> None:
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE, KEY_NAME, "ab" * 32)
    keyring.set_password(SERVICE, HEAD_NAME, HEAD.model_dump_json())
    first = keys_in(lambda: keyring, is_earlier=True)
    assert await first.load_key(make=False) == bytes.fromhex("ab" * 32)
    assert len(keyring.kept) == 2  # who only looks keeps nothing
    later = AuditHead(rows=13, hash="cd" * 32)
    assert await first.load_key(make=True) == bytes.fromhex("ab" * 32)
    assert await first.load_head() == HEAD
    await first.save_head(later)
    assert await first.load_head() == later
    second = keys_in(lambda: keyring, log_id="two", is_earlier=True, database=THERE)
    assert await second.load_key(make=True) == bytes.fromhex("ab" * 32)
    assert await second.load_head() == HEAD
    new = keys_in(lambda: keyring, log_id="three", database=HERE.with_name("new.sqlite3"))
    assert await new.load_key(make=True) != bytes.fromhex("ab" * 32)
    assert await new.load_head() is None


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
    await engine.audit.ready()
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


TWO_FOLDERS = """
import os, subprocess, sys
def in_folder(name, *command):
    done = subprocess.run([sys.executable, *command], env={**os.environ, "XDG_DATA_HOME": name}, capture_output=True,
                          text=True, check=False)
    print(done.stdout.strip() or done.stderr[-2000:])
first, second = (os.path.join(os.environ["HOME"], name) for name in ("first", "second"))
for _ in range(2):
    for folder in (first, second):
        in_folder(folder, "-c", WORK)
for folder in (first, second):
    in_folder(folder, "-m", "desktop", "audit", "verify")
"""


@linux
@needs_service
def test_two_data_folders_on_one_real_keyring_do_not_fight(tmp_path: Path) -> None:
    script = f"WORK = {WORK!r}\n{TWO_FOLDERS}"
    said = keyring_session.run_python(script, tmp_path, wrap=keyring_session.in_keyring_session).split("\n")
    words = [line for line in said if line]
    assert words == ["The audit log is intact: 8 rows checked."] * 2


@linux
@needs_service
def test_the_real_key_lies_in_no_file(tmp_path: Path) -> None:
    unlocked = keyring_session.in_keyring_session
    keyring_session.run_python(WORK, tmp_path, wrap=unlocked)
    with closing(sqlite3.connect(database(tmp_path))) as db:
        (log_id,) = db.execute("SELECT id FROM audit_log").fetchone()
    name = f"{KEY_NAME}-{log_id}"
    script = f"from desktop.os_keyring import os_keyring; print(os_keyring().get_password({SERVICE!r}, {name!r}))"
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
