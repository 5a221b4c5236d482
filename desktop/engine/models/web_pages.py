"""A web page in the place of an answer: some other program has the address, and nothing of it is read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx2


class NotTheApi(ConnectionError):
    """What answers at the address is a web server, and no provider."""


async def refuse_pages(response: "httpx2.Response") -> None:
    """Raise where a success is a web page: a hook of an ``httpx2.AsyncClient``. Errors keep their status.

    Args:
        response: As it begins; its body is not read.

    Raises:
        NotTheApi: It is a web page.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.is_success and kind in ("text/html", "application/xhtml+xml"):
        raise NotTheApi("a web page came back")


HOOKS: Final[Mapping[str, list[Callable[[Any], Awaitable[None]]]]] = {"response": [refuse_pages]}
"""For the ``event_hooks`` of a client that asks a provider."""
