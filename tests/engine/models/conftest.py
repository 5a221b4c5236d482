"""A scripted server for the real SDKs."""

from collections.abc import AsyncIterator

import pytest

from tests.wire.server import WireServer, wire_server


@pytest.fixture
async def server() -> AsyncIterator[WireServer]:
    async with wire_server() as scripted:
        yield scripted
