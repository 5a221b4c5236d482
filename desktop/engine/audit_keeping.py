"""Keeps the audit log's key at hand and its end anchored where whoever can write the log's file cannot reach it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from desktop.engine.audit import AuditHead, AuditKeys, AuditReport
from desktop.engine.errors import NoAuditKeys, StoreError
from desktop.engine.store.audit import AuditLog, no_wait
from desktop.engine.store.audit_reader import AuditReader

_log = logging.getLogger(__name__)

NOT_CONTINUED = (
    "The audit log does not go on from where the keyring says that it ended: rows were changed or cut off, or an older "
    "copy of the database was put in its place."
)


class AuditKeeper:
    """The audit log's key and anchored head, for one process.

    A key that there is already is loaded beside the start. Where there is none, one is made when the first row is
    about to be written (`ready`), and not before: the system may ask the person for a password then. Rows that are
    written before it is there are chained without it, and sealed by the first that is chained with it, or by the head;
    a check says so. The head is anchored some time after rows were written, not for
    each, and at the end. Where the log does not go on from the anchored head, that is left as it is: it is the proof.

    Args:
        log: The log.
        keys: Where key and head are kept.
        delay_s: How long after a first new row the head is anchored.
        patience_s: How long the end of the program waits for the keys.

    Attributes:
        problem: Why the log cannot be trusted, in words; empty while nothing is known against it.
        on_problem: Called once with such words.
    """

    def __init__(self, log: AuditLog, keys: AuditKeys, *, delay_s: float = 10.0, patience_s: float = 3.0) -> None:
        self._audit = log
        self._keys = keys
        self._delay_s = delay_s
        self._patience_s = patience_s
        self._has_grown = False
        self._has_key = False
        self._timer: asyncio.TimerHandle | None = None
        self._loading: asyncio.Task[None] | None = None
        self._making: asyncio.Task[None] | None = None
        self._anchoring: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self.problem = ""
        self.on_problem: Callable[[str], None] = lambda words: None

    def start(self) -> None:
        """Load the key, and watch the log grow from now on."""
        loop = asyncio.get_running_loop()
        self._audit.on_growth = lambda: _tell(loop, self)
        self._audit.before_growth = self.ready
        self._loading = asyncio.create_task(self._quietly(self._load), name="audit key")

    async def ready(self) -> None:
        """Have a key before a row is written: make one where there is none. Where that fails, rows go without.

        Their place is asked, and waited for, once in the life of the keeper; later calls wait for nothing.
        """
        if self._making is None:
            self._making = asyncio.create_task(self._quietly(self._make), name="audit key")
        if not self._making.done():
            await asyncio.shield(self._making)

    async def close(self) -> None:
        """Anchor the head where the log has grown; keys that do not answer are not waited for long."""
        self._audit.on_growth, self._audit.before_growth = lambda: None, no_wait
        if self._timer is not None:
            self._timer.cancel()
        tasks = [task for task in (self._loading, self._making, self._anchoring) if task is not None]
        if self._has_grown:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    await asyncio.gather(*tasks)
                    await self._quietly(self.anchor)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def anchor(self) -> None:
        """Anchor the head now, unless the log does not go on from the one that is anchored.

        Raises:
            NoAuditKeys: The place of the keys cannot be used now.
        """
        async with self._turn:
            self._has_grown = False
            anchored = await self._keys.load_head()
            if not self._has_key:  # the place is open now, and was not at the start
                await self._load_key(make=True)
            head = await self._audit.head()
            if await self._goes_on_from(anchored) and head.rows and head != anchored:
                await self._keys.save_head(head)

    async def verify(self) -> AuditReport:
        """Check the log against its key and its anchored head, both read anew."""
        async with self._turn:
            return await verify(self._audit, self._keys)

    def grow(self) -> None:
        """Anchor the head before long."""
        self._has_grown = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._delay_s, self._begin_anchoring)

    def _begin_anchoring(self) -> None:
        self._timer = None
        self._anchoring = asyncio.create_task(self._quietly(self.anchor), name="audit head")

    async def _load(self) -> None:
        async with self._turn:
            await self._load_key(make=False)
            await self._goes_on_from(await self._keys.load_head())

    async def _make(self) -> None:
        async with self._turn:
            if not self._has_key:
                await self._load_key(make=True)

    async def _load_key(self, *, make: bool) -> None:
        key = await self._keys.load_key(make=make)
        if key is not None and not make:  # what belongs to it is kept with it
            key = await self._keys.load_key(make=True)
        if key is not None:
            self._audit.use_key(key)
            self._has_key = True

    async def _goes_on_from(self, anchored: AuditHead | None) -> bool:
        if anchored is None or await self._audit.holds(anchored):
            return True
        if not self.problem:
            _log.warning("%s", NOT_CONTINUED)
            self.problem = NOT_CONTINUED
            self.on_problem(NOT_CONTINUED)
        return False

    @staticmethod
    async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
        """Do something beside the person's work; where it cannot be done now, the log says so when it is verified."""
        try:
            await work()
        except NoAuditKeys as error:
            _log.info("the audit log goes without its key: %s", error)
        except StoreError as error:
            _log.warning("the audit log could not be anchored: %s", error)


async def verify(log: AuditReader, keys: AuditKeys) -> AuditReport:
    """Check a log against its key and its anchored head.

    Args:
        log: The log.
        keys: Where key and head are kept.
    """
    key, head, why_not = None, None, ""
    try:
        key = await keys.load_key(make=False)
        head = await keys.load_head()
    except NoAuditKeys as error:
        why_not = f"{error} {error.action}".strip()
    return await log.verify(key, head, why_not)


def _tell(loop: asyncio.AbstractEventLoop, keeper: AuditKeeper) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: the program is past its end
        loop.call_soon_threadsafe(keeper.grow)
