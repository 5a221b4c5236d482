"""current_time."""

from datetime import UTC, datetime

import pytest

from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.clock import clock_tools
from tests.engine.tools.conftest import Call, caller, card_maker


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(clock_tools(lambda: datetime(2026, 7, 4, 22, 30, tzinfo=UTC)), context)


async def test_time_is_told_in_the_zone_asked_for(call: Call) -> None:
    text = (await call("current_time", timezone="Europe/Berlin")).text
    assert text == "Sunday, 2026-07-05 00:30:00+02:00 (Europe/Berlin)"


async def test_zone_is_found_in_any_case(call: Call) -> None:
    assert "2026-07-04 18:30:00-04:00" in (await call("current_time", timezone="america/new york")).text


async def test_without_a_zone_the_time_is_the_persons(call: Call) -> None:
    assert not (await call("current_time")).failed
    assert (await call("current_time", timezone=None)).text == (await call("current_time")).text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America", "/etc/localtime", "a\0b", "\n"])
async def test_unknown_zone_is_refused_in_words(call: Call, zone: str) -> None:
    output = await call("current_time", timezone=zone)
    assert output.failed or zone == "\n"
    assert "fault in the program" not in output.text


async def test_misspelt_zone_gets_a_proposal(call: Call) -> None:
    assert "Europe/Berlin" in (await call("current_time", timezone="Europe/Berln")).text


async def test_card_tells_the_zone(context: ToolContext) -> None:
    assert (await card_maker(clock_tools(), context)("current_time")).fields[0].text == "your own"
