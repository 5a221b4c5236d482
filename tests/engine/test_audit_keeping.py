"""The audit log's key and anchored head: loaded beside the start, anchored at the end, never lost to a slow keyring."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.engine.audit import AuditFilter, AuditHead
from desktop.engine.audit_keeping import NOT_CONTINUED, AuditKeeper, verify
from desktop.engine.errors import NoAuditKeys
from desktop.engine.store.audit_reader import AuditReader
from desktop.engine.store.store import Store
from tests.engine.store.test_audit import call, worked
from tests.engine.store.test_audit_check import path_of, unguarded

KEY = bytes(range(32))
LOCKED = NoAuditKeys("The keyring is locked.", action="Unlock it.")


class Keys:
    """Keeps key and head in memory.

    Attributes:
        head: What is anchored.
        saved: How often.
        made: Whether a key was made.
        fault: What every call raises, if anything.
        open: Calls wait for it.
    """

    def __init__(self) -> None:
        self.key: bytes | None = None
        self.head: AuditHead | None = None
        self.saved = 0
        self.made = False
        self.fault: NoAuditKeys | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.anchored = asyncio.Event()

    async def load_key(self, *, make: bool) -> bytes | None:
        await self._answer()
        if self.key is None and make:
            self.key, self.made = KEY, True
        return self.key

    async def load_head(self) -> AuditHead | None:
        await self._answer()
        return self.head

    async def save_head(self, head: AuditHead) -> None:
        await self._answer()
        self.head = head
        self.saved += 1
        self.anchored.set()

    async def _answer(self) -> None:
        await self.open.wait()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


@pytest.fixture
async def keys() -> Keys:
    return Keys()


async def keyed(store: Store) -> list[bool]:
    page = await store.audit.page(AuditFilter(every_step=True))
    return [entry.keyed for entry in reversed(page.entries)]


async def started(store: Store, keys: Keys, **options: float) -> AuditKeeper:
    keeper = AuditKeeper(store.audit, keys, **options)
    keeper.start()
    return keeper


async def loaded(keeper: AuditKeeper) -> None:
    assert keeper._loading is not None
    await keeper._loading


async def test_the_key_is_made_once_and_the_head_anchored_at_the_end(store: Store, keys: Keys) -> None:
    keeper = await started(store, keys)
    await loaded(keeper)
    assert not keys.made  # nothing has happened that needs one
    await store.audit.before_growth()
    await worked(store, call("a"))
    assert keys.saved == 0  # not for each row
    await keeper.close()
    assert (keys.key, keys.saved, keys.head) == (KEY, 1, await store.audit.head())
    assert await keyed(store) == [True] * 4
    report = await verify(AuditReader(path_of(store)), keys)
    assert (report.ok, report.checked, report.unproven) == (True, 4, ())


async def test_the_head_is_anchored_some_time_after_rows_were_written(store: Store, keys: Keys) -> None:
    keeper = await started(store, keys, delay_s=0.01)
    await loaded(keeper)
    await worked(store, call("a"))
    async with asyncio.timeout(20):
        while True:
            keys.anchored.clear()  # before looking: what is anchored meanwhile is not missed
            if keys.head == await store.audit.head():
                break
            await keys.anchored.wait()
    await keeper.close()


async def test_rows_wait_for_no_keyring(store: Store, keys: Keys) -> None:
    keys.open.clear()
    keeper = await started(store, keys, patience_s=0.01)
    await worked(store, call("a"))
    assert await keyed(store) == [False] * 4
    keys.open.set()
    await loaded(keeper)
    await keeper.ready()
    await worked(store, call("b"))
    assert await keyed(store) == [False] * 4 + [True] * 4
    await keeper.close()
    report = await verify(store.audit, keys)
    assert (report.ok, report.unproven) == (
        True,
        (
            "4 rows, the last of them row 4, were chained without a key and sealed later: a change since then would "
            "show, one before then does not.",
        ),
    )


async def test_the_first_row_waits_for_its_key_and_no_later_one_does(store: Store, keys: Keys) -> None:
    keys.open.clear()
    keeper = await started(store, keys)
    waiting = [asyncio.ensure_future(store.audit.before_growth()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    keys.open.set()
    await asyncio.gather(*waiting)
    assert keys.key == KEY
    await worked(store, call("a"))
    assert await keyed(store) == [True] * 4
    keys.open.clear()
    await store.audit.before_growth()
    keys.open.set()
    await keeper.close()


async def test_a_place_that_fails_is_asked_for_a_key_once_and_rows_go_on_without(store: Store, keys: Keys) -> None:
    keys.fault = LOCKED
    keeper = await started(store, keys)
    await loaded(keeper)
    await store.audit.before_growth()
    keys.open.clear()
    await store.audit.before_growth()  # waits for nothing
    keys.open.set()
    await worked(store, call("a"))
    assert await keyed(store) == [False] * 4
    await keeper.close()


async def test_the_end_of_the_program_waits_for_no_silent_keyring(store: Store, keys: Keys) -> None:
    keys.open.clear()
    keeper = await started(store, keys, patience_s=0.01)
    await worked(store, call("a"))
    await keeper.close()
    assert keys.saved == 0


async def test_a_program_that_called_no_tool_does_not_wait_at_all(store: Store, keys: Keys) -> None:
    keys.open.clear()
    keeper = await started(store, keys, patience_s=1000)
    await keeper.close()
    assert keys.saved == 0


async def test_without_a_keyring_the_log_goes_on_and_the_check_says_so(store: Store, keys: Keys) -> None:
    keys.fault = LOCKED
    keeper = await started(store, keys)
    await worked(store, call("a"))
    await keeper.close()
    report = await keeper.verify()
    assert (report.ok, report.checked) == (True, 4)
    assert report.unproven[-1] == (
        "Whether rows were cut off at the end cannot be seen. The keyring is locked. Unlock it."
    )


async def test_a_keyring_that_opens_later_gives_its_key(store: Store, keys: Keys) -> None:
    keys.fault = LOCKED
    keeper = await started(store, keys)
    await loaded(keeper)
    await worked(store, call("a"))
    keys.fault = None
    await keeper.anchor()
    await worked(store, call("b"))
    assert await keyed(store) == [False] * 4 + [True] * 4
    await keeper.close()


async def test_what_was_anchored_is_not_written_over_by_a_log_that_lacks_it(store: Store, keys: Keys) -> None:
    keeper = await started(store, keys)
    await worked(store, call("a"))
    await keeper.close()
    proof = keys.head
    unguarded(path_of(store), "DELETE FROM audit WHERE number > 2")

    again = await started(store, keys)
    told: list[str] = []
    again.on_problem = told.append
    await loaded(again)
    await worked(store, call("b"))
    await worked(store, call("c"))
    await again.close()

    assert keys.head == proof
    assert told == [NOT_CONTINUED]
    assert again.problem == NOT_CONTINUED
    assert not (await again.verify()).ok


async def test_nothing_is_anchored_twice(store: Store, keys: Keys) -> None:
    keeper = await started(store, keys)
    await worked(store, call("a"))
    await keeper.anchor()
    await keeper.anchor()
    await keeper.close()
    assert keys.saved == 1


async def test_two_programs_append_to_one_chain(store: Store, keys: Keys) -> None:
    other = await Store.open(path_of(store))
    first, second = await started(store, keys), await started(other, keys)
    await asyncio.gather(first.ready(), second.ready())
    await asyncio.gather(*(worked(each, call("a")) for each in (store, other) * 5))
    await first.close()
    await second.close()
    report = await first.verify()
    assert (report.ok, report.checked, report.unproven) == (True, 40, ())
    await other.close()
