"""The tool current_time."""

import asyncio
import difflib
import zoneinfo
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import Field

from desktop.engine.errors import ToolError
from desktop.engine.gate import Card, CardField
from desktop.engine.messages import utc_now
from desktop.engine.tools.arguments import BuiltinArguments
from desktop.engine.tools.base import Tool, ToolContext, ToolOutput
from desktop.engine.tools.texts import shown


class CurrentTimeArguments(BuiltinArguments):
    """Arguments of current_time."""

    timezone: str = Field(
        default="",
        max_length=100,
        description="An IANA time zone such as 'Europe/Berlin' or 'UTC'; empty means the person's own.",
    )


def clock_tools(now: Callable[[], datetime] = utc_now) -> tuple[Tool[Any], ...]:
    """current_time.

    Args:
        now: The time now, aware.
    """

    async def run(arguments: CurrentTimeArguments, context: ToolContext) -> ToolOutput:
        return ToolOutput(await asyncio.to_thread(_told, now(), arguments.timezone.strip()))

    return (
        Tool(
            name="current_time",
            description="The date, weekday and time now, in the person's time zone or another one.",
            arguments=CurrentTimeArguments,
            effects=frozenset(),
            run=run,
            card=_card,
        ),
    )


def _told(now: datetime, zone: str) -> str:
    local = now.astimezone(_zone(zone)) if zone else now.astimezone()
    name = zone or local.tzname() or "local time"
    return f"{local:%A}, {local.isoformat(sep=' ', timespec='seconds')} ({name})"


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    known = {zone.casefold(): zone for zone in zoneinfo.available_timezones()}
    if (same := known.get(name.casefold().replace(" ", "_"))) is not None:
        return zoneinfo.ZoneInfo(same)
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in known.values()}
    wanted = name.casefold().rpartition("/")[2].replace(" ", "_")
    near = [cities[city] for city in difflib.get_close_matches(wanted, cities, n=3)]
    hint = f" Did you mean {' or '.join(near)}?" if near else " Use a name such as Europe/Berlin."
    raise ToolError(f"There is no time zone {shown(name)!r}.{hint}")


async def _card(arguments: CurrentTimeArguments, context: ToolContext) -> Card:
    zone = arguments.timezone or "your own"
    return Card(effect="Tells the time", fields=(CardField(label="Time zone", text=zone),))
