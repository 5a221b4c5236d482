"""The desktop's notification service, on a session bus of its own, with a service that speaks the specification."""

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney.io.asyncio import open_dbus_connection

from desktop.desktop_notifications import DesktopNotifications
from tests.notification_server import started

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus without any service."""
    (tmp_path / "bus.conf").write_text(CONFIGURATION.format(folder=tmp_path))
    command = ["dbus-daemon", f"--config-file={tmp_path / 'bus.conf'}", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", process.stdout.readline().strip())
        yield
        process.terminate()


class Work:
    """Runs what the notifications do beside the test."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def working() -> AsyncIterator[Work]:
    work = Work()
    try:
        yield work
    finally:
        await work.close()


@pytest.mark.usefixtures("bus")
async def test_it_is_shown_replaced_clicked_and_withdrawn() -> None:
    async with asyncio.timeout(20), contextlib.AsyncExitStack() as stack, working() as work:
        connection = await stack.enter_async_context(await open_dbus_connection())
        server = await started(connection)
        work.do(server.serve())
        notifications = DesktopNotifications(work.do)
        clicks: asyncio.Queue[str] = asyncio.Queue()
        notifications.show("A decision is needed", "first", lambda: clicks.put_nowait("first"), pytest.fail)
        member, body = await server.calls.get()
        assert (member, body[1], body[3:5]) == ("Notify", 0, ("A decision is needed", "first"))
        assert body[5][:2] == ["default", "Review"]
        notifications.show("A decision is needed", "second", lambda: clicks.put_nowait("second"), pytest.fail)
        member, body = await server.calls.get()
        assert (body[1], body[4]) == (7, "second")
        await server.tell("ActionInvoked", "us", 8, "default")  # of another program
        await server.tell("ActionInvoked", "us", 7, "default")
        assert await clicks.get() == "second"
        assert clicks.empty()
        notifications.withdraw()
        assert await server.calls.get() == ("CloseNotification", (7,))


@pytest.mark.usefixtures("bus")
async def test_without_a_service_it_is_said_to_have_failed() -> None:
    async with asyncio.timeout(20), working() as work:
        failed = asyncio.Event()
        DesktopNotifications(work.do).show("A", "b", lambda: None, failed.set)
        await failed.wait()


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/bus"])
async def test_without_a_bus_it_is_said_to_have_failed(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    if not address:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    async with asyncio.timeout(20), working() as work:
        failed = asyncio.Event()
        DesktopNotifications(work.do).show("A", "b", lambda: None, failed.set)
        await failed.wait()
        assert [task.exception() for task in work.tasks if task.done()] == [None] * len(work.tasks)
