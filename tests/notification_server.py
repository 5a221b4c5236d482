"""A notification service for tests: it speaks the specification and is strict about signatures, as real ones are."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
OBJECT = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)
FIRST = 7
"""The id of the first notification."""
_SIGNATURES = {"Notify": "susssasa{sv}i", "CloseNotification": "u"}
_PATIENCE_S = 20.0


class Server:
    """The service, on a connection of its own.

    Attributes:
        calls: What it was asked, in order: the method and its arguments.
    """

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self.calls: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()

    async def serve(self) -> None:
        """Answer until the connection ends."""
        while True:
            message = await self._connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            fields = message.header.fields
            member = fields[HeaderFields.member]
            if _SIGNATURES.get(member) != fields.get(HeaderFields.signature):
                await self._connection.send(new_error(message, "org.freedesktop.DBus.Error.InvalidArgs"))
                continue
            answer = ("u", (message.body[1] or FIRST,)) if member == "Notify" else (None, ())
            await self._connection.send(new_method_return(message, *answer))
            self.calls.put_nowait((member, message.body))

    async def tell(self, member: str, signature: str, *body: object) -> None:
        """Send a signal."""
        await self._connection.send(new_signal(OBJECT, member, signature, body))


async def started(connection: DBusConnection) -> Server:
    """Take the service's name on a bus."""
    request: Message = message_bus.RequestName(NAME)
    await connection.send(request, serial=next(connection.outgoing_serial))
    server = Server(connection)
    reply = await connection.receive()
    while reply.header.message_type is not MessageType.method_return:
        reply = await connection.receive()
    return server


@dataclass
class Told:
    """A service on a thread of its own, for programs that a test starts.

    Attributes:
        calls: What it was asked, in order: the method and its arguments.
    """

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _server: Server | None = None

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Title and text of each notification that was asked for, in order."""
        return [(body[3], body[4]) for member, body in self.calls if member == "Notify"]

    @property
    def is_taken_back(self) -> bool:
        """Whether the latest was taken back."""
        return bool(self.calls) and self.calls[-1][0] == "CloseNotification"

    def click(self, action: str = "default") -> None:
        """Do what a click of the person on the notification does."""
        assert self._loop is not None
        assert self._server is not None
        told = self._server.tell("ActionInvoked", "us", FIRST, action)
        asyncio.run_coroutine_threadsafe(told, self._loop).result(_PATIENCE_S)


@contextlib.contextmanager
def notification_server(address: str) -> Iterator[Told]:
    """A service on a session bus for the length of a block.

    Args:
        address: Of the bus.
    """
    told = Told()
    ready: Future[asyncio.Event] = Future()

    async def serve() -> None:
        done = asyncio.Event()
        async with await open_dbus_connection(address) as connection:
            told._loop, told._server = asyncio.get_running_loop(), await started(connection)
            serving = asyncio.create_task(told._server.serve())
            noting = asyncio.create_task(note(told._server))
            ready.set_result(done)
            await done.wait()
            for task in (serving, noting):
                task.cancel()
            await asyncio.gather(serving, noting, return_exceptions=True)

    async def note(server: Server) -> None:
        while True:
            told.calls.append(await server.calls.get())

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # told to the thread that waits
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="notifications")
    thread.start()
    done = ready.result(_PATIENCE_S)
    try:
        yield told
    finally:
        assert told._loop is not None
        told._loop.call_soon_threadsafe(done.set)
        thread.join(_PATIENCE_S)
