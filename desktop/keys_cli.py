"""``keys`` on the command line: which there are, one kept, tried, removed. A key is never an argument."""

import argparse
import asyncio
import getpass
import sys
from typing import assert_never

from desktop.assembly import model_entry
from desktop.engine.errors import EngineError
from desktop.engine.models.connect import Connector
from desktop.exit_status import BAD_USAGE, DONE, FAILED
from desktop.key_trial import in_order, label_of, try_key
from desktop.key_uses import removal_words, users_of
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.redaction import Redactor
from desktop.secrets import (
    KEYRING_ASKS,
    KeyRefused,
    KeyringFailed,
    KeySource,
    KeyStatus,
    KeyStore,
    Provider,
    key_name,
)
from desktop.settings import Settings, SettingsDamaged
from desktop.terminal import Terminal

_NAME_WIDTH = 34


class _BadUsage(Exception):
    """What was asked for cannot be; says why."""


def run(arguments: argparse.Namespace) -> int:
    """Do ``keys list``, ``set``, ``test`` or ``remove``.

    Args:
        arguments: As parsed.

    Returns:
        The exit status: 0 done, 1 failed, 2 no such name.
    """
    terminal = Terminal(as_json=False, may_ask=True)
    try:
        name = _checked_name(arguments.name) if arguments.verb != "list" else ""
        typed = _typed(name) if arguments.verb == "set" else ""
        return asyncio.run(_do(arguments, name, typed, terminal))
    except KeyboardInterrupt:
        return FAILED
    except _BadUsage as error:
        terminal.complain(str(error))
        return BAD_USAGE
    except EngineError as error:
        terminal.complain(str(error), error.action)
    except (KeyRefused, KeyringFailed) as error:
        terminal.complain(str(error))
    except (SettingsDamaged, OSError) as error:
        terminal.complain(f"The label could not be kept in the settings: {error}")
    return FAILED


async def _do(arguments: argparse.Namespace, name: str, typed: str, terminal: Terminal) -> int:
    redactor = Redactor()
    terminal.redact = redactor.redact
    settings, problems = Settings.load(Paths.of_system().settings_file)
    for problem in problems:
        terminal.complain(str(problem))
    keys = KeyStore(on_key=redactor.add, load=os_keyring)
    keys.thread.on_waiting = lambda is_waiting: terminal.note(KEYRING_ASKS) if is_waiting else None
    match arguments.verb:
        case "list":
            await _list(keys, settings, terminal)
        case "set":
            await _set(name, typed, keys, settings, terminal)
        case "test":
            connector = Connector(keys)
            try:
                terminal.say(await try_key(name, "", keys=keys, settings=settings, connector=connector))
            finally:
                await connector.aclose()
        case "remove":
            await _remove(name, keys, settings, terminal, is_sure=arguments.yes)
        case verb:
            assert_never(verb)
    return DONE


async def _list(keys: KeyStore, settings: Settings, terminal: Terminal) -> None:
    statuses = {status.provider: status for status in await keys.status(settings.further_keys)}
    for name in in_order(statuses):
        terminal.say(f"{name:{_NAME_WIDTH}} {label_of(name)}: {_words(statuses[name])}")
    if keys.keyring_problem is not None:
        terminal.complain(keys.keyring_problem)


def _words(status: KeyStatus) -> str:
    match status.source:
        case KeySource.KEYRING:
            return "in the keyring"
        case KeySource.ENVIRONMENT:
            return f"from the environment: {status.variable}"
        case KeySource.SESSION:
            return "for this session only"
        case KeySource.NONE:
            return status.problem or "no key"
    assert_never(status.source)


async def _set(name: str, typed: str, keys: KeyStore, settings: Settings, terminal: Terminal) -> None:
    if await keys.save(name, typed) is not KeySource.KEYRING:
        raise KeyringFailed(f"{keys.keyring_problem} The key was not kept.")
    if "/" in name:
        await _remember(settings, [*settings.added_keys, name])
    terminal.note(f"The key of {label_of(name)} is in the system's keyring.")


async def _remove(name: str, keys: KeyStore, settings: Settings, terminal: Terminal, *, is_sure: bool) -> None:
    status = next(each for each in await keys.status([name]) if each.provider == name)
    if keys.keyring_problem is not None:
        raise KeyringFailed(keys.keyring_problem)
    if status.source is KeySource.KEYRING:
        users = users_of(name, [model_entry(row) for row in settings.models], settings.roles)
        variable = keys.environment_variable(name)
        terminal.note(removal_words(label_of(name), users, is_stored=True, variable=variable))
        if not is_sure and not await _confirmed(terminal):
            terminal.note("Nothing was removed.")
            return
        await keys.remove(name)
    elif name not in settings.added_keys:
        raise _BadUsage(f"The keyring has no key {name!r}.")
    if name in settings.added_keys:
        await _remember(settings, [each for each in settings.added_keys if each != name])
    terminal.note("Removed.")


async def _confirmed(terminal: Terminal) -> bool:
    if not terminal.may_ask:
        raise _BadUsage("Nobody can be asked here. Add --yes to remove it without a question.")
    return (await asyncio.to_thread(input, "Remove it? [yes / no] ")).strip().lower() in ("yes", "y")


async def _remember(settings: Settings, names: list[str]) -> None:
    settings.set_further_keys(list(dict.fromkeys(names)))
    await asyncio.to_thread(settings.save)


def _checked_name(text: str) -> str:
    provider, slash, label = text.partition("/")
    if provider not in set(Provider) or (slash and not label):
        listed = ", ".join(Provider)
        raise _BadUsage(f"{text!r} is no name of a key: write {listed}, or one of them with a label, as gemini/work.")
    try:
        return key_name(Provider(provider), label)
    except ValueError as error:
        raise _BadUsage(str(error)) from None


def _typed(name: str) -> str:
    """The key, from the terminal without an echo, else the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Key of {label_of(name)}: ")
    return sys.stdin.readline()
