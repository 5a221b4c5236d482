"""Notifications by the desktop's own service, where there is one on the session bus: also where there is no tray.

https://specifications.freedesktop.org/notification/1.3
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, Message, message_bus, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.io.asyncio import DBusRouter, open_dbus_router
from jeepney.io.common import RouterClosed
from jeepney.wrappers import unwrap_msg

_PATH, _NAME = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
_SERVICE = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
_SIGNALS = MatchRule(type="signal", interface=_NAME, path=_PATH)
_ACTIONS = ["default", "Review", "review", "Review…"]
"""What a click on it does, and a button for the desktops that show buttons; each an id and its words."""
_HINTS = {"desktop-entry": ("s", "cortex-desktop"), "urgency": ("y", 1)}
_AS_LONG_AS_THE_DESKTOP_LIKES = -1
_PATIENCE_S = 3.0
_FAILURES = (
    OSError,  # no bus, or it broke off; asyncio.timeout's error is one too
    EOFError,
    KeyError,  # no DBUS_SESSION_BUS_ADDRESS
    RuntimeError,  # none of its addresses can be reached
    DBusErrorResponse,
    AuthenticationError,
    RouterClosed,
)


class DesktopNotifications:
    """Shows one notification at a time; a newer one takes its place.

    Args:
        do: Runs what takes time; ends it with the program.
    """

    def __init__(self, do: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._do = do
        self._lock = asyncio.Lock()
        self._router: DBusRouter | None = None
        self._shown = 0
        self._on_click: Callable[[], None] = lambda: None

    def show(self, title: str, text: str, on_click: Callable[[], None], on_failure: Callable[[], None]) -> None:
        """Show a notification.

        Args:
            title: One line.
            text: One line, with nothing that a server could take for mark-up.
            on_click: Called when the person clicks it.
            on_failure: Called where no service shows it.
        """
        self._do(self._show(title, text, on_click, on_failure))

    def withdraw(self) -> None:
        """Take the notification away."""
        if self._shown:
            self._do(self._withdraw())

    async def _show(self, title: str, text: str, on_click: Callable[[], None], on_failure: Callable[[], None]) -> None:
        async with self._lock:
            self._on_click = on_click
            body = ("Cortex Desktop", self._shown, "cortex-desktop", title, text, _ACTIONS, _HINTS)
            try:
                answer = await self._ask("Notify", "susssasa{sv}i", (*body, _AS_LONG_AS_THE_DESKTOP_LIKES))
            except _FAILURES:
                self._router = None
                on_failure()
            else:
                self._shown = int(answer[0])

    async def _withdraw(self) -> None:
        async with self._lock:
            shown, self._shown = self._shown, 0
            if shown:
                with contextlib.suppress(*_FAILURES):
                    await self._ask("CloseNotification", "u", (shown,))

    async def _ask(self, method: str, signature: str, body: tuple[object, ...]) -> tuple[Any, ...]:
        async with asyncio.timeout(_PATIENCE_S):
            if self._router is None:
                ready: asyncio.Future[DBusRouter] = asyncio.get_running_loop().create_future()
                self._do(self._listen(ready))
                self._router = await ready
            reply: Message = await self._router.send_and_get_reply(new_method_call(_SERVICE, method, signature, body))
        answer: tuple[Any, ...] = unwrap_msg(reply)
        return answer

    async def _listen(self, ready: "asyncio.Future[DBusRouter]") -> None:
        """Connect, and hear what becomes of the notification until the program ends."""
        try:
            async with open_dbus_router() as router:
                with router.filter(_SIGNALS, bufsize=32) as told:
                    unwrap_msg(await router.send_and_get_reply(message_bus.AddMatch(_SIGNALS)))
                    if ready.done():
                        return  # nobody waits for it any longer
                    ready.set_result(router)
                    while True:
                        self._take(await told.get())
        except _FAILURES as error:
            if not ready.done():
                ready.set_exception(OSError(str(error)))

    def _take(self, message: Message) -> None:
        member, body = message.header.fields.get(HeaderFields.member), message.body
        if not self._shown or not body or body[0] != self._shown:
            return
        if member == "ActionInvoked":
            self._on_click()
        elif member == "NotificationClosed":
            self._shown = 0
