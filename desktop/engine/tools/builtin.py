"""All built-in tools, put together."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from desktop.engine.messages import utc_now
from desktop.engine.tools.addresses import IsAllowed, is_public
from desktop.engine.tools.base import Tool
from desktop.engine.tools.calculate import calculate_tools
from desktop.engine.tools.clock import clock_tools
from desktop.engine.tools.edits import edit_tools
from desktop.engine.tools.files import file_tools
from desktop.engine.tools.notes import note_tools
from desktop.engine.tools.sandbox import find_sandbox
from desktop.engine.tools.search import search_tools
from desktop.engine.tools.shell import FindSandbox, shell_tools
from desktop.engine.tools.web import web_tools


def builtin_tools(
    *,
    is_allowed_address: IsAllowed = is_public,
    find_sandbox: FindSandbox = find_sandbox,
    now: Callable[[], datetime] = utc_now,
) -> tuple[Tool[Any], ...]:
    """All built-in tools.

    Args:
        is_allowed_address: Judges the addresses that pages are fetched from.
        find_sandbox: Looks for the sandbox of commands; asked once.
        now: The time now, aware.

    Returns:
        The tools, in the order that models see.
    """
    return (
        *file_tools(),
        *search_tools(),
        *edit_tools(),
        *shell_tools(find_sandbox),
        *web_tools(is_allowed_address),
        *clock_tools(now),
        *calculate_tools(),
        *note_tools(),
    )
