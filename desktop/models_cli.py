"""``models`` and ``usage`` on the command line: which models there are, whether one works, what all of them took."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from desktop.assembly import make_registry
from desktop.engine.errors import EngineError, UnknownName
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import ModelEntry, Registry
from desktop.engine.store.store import Store
from desktop.engine.usage_lines import Grouping, UsageLine, UsageTotal, as_csv, cost_words, totals, whole
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.redaction import Redactor
from desktop.secrets import KEYRING_ASKS, KeyStore
from desktop.settings import Settings
from desktop.terminal import Terminal
from desktop.views.literal_text import one_line

DONE, FAILED, BAD_USAGE = 0, 1, 2
_NAME_WIDTH = 34
_GROUPS: tuple[tuple[str, Grouping], ...] = (
    ("By day", "day"),
    ("By model", "model"),
    ("By brain", "brain"),
    ("By conversation", "conversation"),
)


class _Keys:
    """The key store as the engine asks it."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    async def get(self, name: str) -> str | None:
        return await self._store.get(name)


def run(arguments: argparse.Namespace) -> int:
    """Do ``models list``, ``models test`` or ``usage``.

    Args:
        arguments: As parsed.

    Returns:
        The exit status: 0 done, 1 failed, 2 no such model.
    """
    terminal = Terminal(as_json=False, may_ask=False)
    try:
        asyncio.run((_usage if arguments.command == "usage" else _models)(arguments, terminal))
    except UnknownName as error:
        terminal.complain(str(error), error.action)
        return BAD_USAGE
    except EngineError as error:
        terminal.complain(str(error), error.action)
        return FAILED
    except OSError as error:
        terminal.complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return FAILED
    return DONE


async def _models(arguments: argparse.Namespace, terminal: Terminal) -> None:
    redactor = Redactor()
    terminal.redact = redactor.redact
    settings, problems = Settings.load(Paths.of_system().settings_file)
    for problem in problems:
        terminal.complain(str(problem))
    keys = KeyStore(on_key=redactor.add, load=os_keyring)
    keys.thread.on_waiting = lambda is_waiting: terminal.note(KEYRING_ASKS) if is_waiting else None
    connector = Connector(_Keys(keys))
    registry = make_registry(settings)
    for variable, address in connector.redirections().items():
        terminal.note(f"{variable} is in force: {address}")
    try:
        match arguments.verb:
            case "list" if arguments.name is None:
                _show(registry, connector, terminal)
            case "list":
                await _list(registry.model(arguments.name), connector, terminal)
            case "test":
                await _test(registry.model(arguments.name), connector, terminal)
            case verb:
                assert_never(verb)
    finally:
        await connector.aclose()


def _show(registry: Registry, connector: Connector, terminal: Terminal) -> None:
    for key, entry in registry.models.items():
        key_words = f", key {entry.key_label}" if entry.key_label else ""
        where = f"{entry.label}  ({entry.provider}, {connector.info(entry).host or 'no address'}{key_words})"
        terminal.say(f"{one_line(key, 80):{_NAME_WIDTH}} {one_line(where, 300)}")


async def _list(entry: ModelEntry, connector: Connector, terminal: Terminal) -> None:
    from desktop.engine.models.probing import list_models

    for name in await list_models(connector, entry):
        terminal.say(one_line(name, 300))


async def _test(entry: ModelEntry, connector: Connector, terminal: Terminal) -> None:
    from desktop.engine.models.probing import try_model

    model = await connector.connect(entry)
    began = time.monotonic()
    await try_model(model)
    terminal.say(f"{entry.label} at {model.info.host} works; it answered in {time.monotonic() - began:.1f} s.")


async def _usage(arguments: argparse.Namespace, terminal: Terminal) -> None:
    paths = Paths.of_system()
    lines: Sequence[UsageLine] = ()
    if paths.database.exists():
        store = await Store.open(paths.database)
        try:
            lines = await store.usage.lines(_since(arguments.days))
        finally:
            await store.close()
    if arguments.csv:
        sys.stdout.write(as_csv(lines))
        sys.stdout.flush()
        return
    if not lines:
        terminal.note("No model was called in that time.")
        return
    for title, by in _GROUPS:
        terminal.say(title)
        for total in totals(lines, by):
            terminal.say(_line(total))
    terminal.say(_line(whole(lines)))


def _since(days: int | None) -> datetime | None:
    """The midnight that the last so many days begin with, today among them; None for all there are."""
    if days is None:
        return None
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return (today.replace(tzinfo=None) - timedelta(days=days - 1)).astimezone()


def _line(total: UsageTotal) -> str:
    cache = [f"{total.cached_tokens:,} from cache"] if total.cached_tokens else []
    cache += [f"{total.cache_write_tokens:,} to cache"] if total.cache_write_tokens else []
    cached = f" ({', '.join(cache)})" if cache else ""
    cost = cost_words(total.cost_usd, total.unpriced, total.calls)
    calls = f"{total.calls:,} call{'' if total.calls == 1 else 's'}"
    name = one_line(total.name, 60)
    tokens = f"{total.input_tokens:>12,} in{cached}  {total.output_tokens:>10,} out"
    return f"  {name:{_NAME_WIDTH}} {calls:>10}  {tokens}  {cost}"
