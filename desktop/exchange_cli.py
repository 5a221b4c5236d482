"""``export``, ``import``, ``backup`` and ``restore`` on the command line."""

import argparse
import asyncio
import contextlib
import io
import os
import sys
from pathlib import Path
from typing import assert_never

from desktop.attaching import prepare_bytes
from desktop.engine.errors import EngineError, StoreError
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.exchange.values import ExportForm
from desktop.engine.exchange.writing import write_conversations
from desktop.engine.store.backup import back_up, put_restore_in_place, stage_restore
from desktop.engine.store.exporting import conversation_reader
from desktop.engine.store.store import Store
from desktop.exchange import count_of, export_conversations, import_words
from desktop.exit_status import DONE, FAILED
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.redaction import Redactor
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.views.literal_text import literal

_BY_SUFFIX: dict[str, ExportForm] = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}


def run(arguments: argparse.Namespace) -> int:
    """Do one of them.

    Args:
        arguments: As parsed.

    Returns:
        The exit status: 0 done, 1 failed.
    """
    try:
        return asyncio.run(_do(arguments))
    except BrokenPipeError:  # whoever reads has had enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except EngineError as error:
        _say(f"cortex-desktop: {error} {error.action}")
    except OSError as error:
        _say(f"cortex-desktop: {error.strerror or error}: {error.filename or ''}".rstrip(": "))
    return FAILED


async def _do(arguments: argparse.Namespace) -> int:
    paths = Paths.of_system()
    await asyncio.to_thread(paths.make)
    file = Path(arguments.file)
    match arguments.command:
        case "export":
            await _export(arguments, paths)
        case "import":
            await _import(file, paths)
        case "backup":
            size = await asyncio.to_thread(back_up, paths.database, file)
            _say(f"Backed up and checked: {file}, {size / 1e6:,.1f} MB.")
        case "restore":
            await asyncio.to_thread(_restore, file, paths)
        case command:
            assert_never(command)
    return DONE


async def _export(arguments: argparse.Namespace, paths: Paths) -> None:
    redactor = Redactor()
    settings, _ = Settings.load(paths.settings_file)
    keys = KeyStore(on_key=redactor.add, load=os_keyring)
    await keys.status(settings.further_keys)  # tells the redactor which keys are in use
    form: ExportForm = arguments.format or _BY_SUFFIX.get(Path(arguments.file).suffix.lower(), "json")
    wanted = arguments.conversation
    if arguments.file != "-":
        target = Path(arguments.file)
        count = await asyncio.to_thread(export_conversations, paths.database, target, form, wanted, redactor.redact)
        _say(f"Exported {count_of(count, 'conversation')} to {target}.")
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    with conversation_reader(paths.database) as reader:
        ids = reader.ids() if wanted is None else wanted
        for one in wanted or ():
            reader.check(one)  # before the first line is written
        write_conversations(sys.stdout, form, map(reader.read, ids), reader, redactor.redact)
    sys.stdout.flush()


async def _import(file: Path, paths: Paths) -> None:
    settings, _ = Settings.load(paths.settings_file)
    workspace = settings.workspace_folder or str(paths.workspace)
    store = await Store.open(paths.database)
    try:
        _say(import_words(await store.importing.take(read_conversations(file), workspace, prepare=prepare_bytes)))
    finally:
        await store.close()


def _restore(file: Path, paths: Paths) -> None:
    stage_restore(file, paths.database)
    try:
        aside = put_restore_in_place(paths.database)
    except StoreError:
        _say("The backup is whole. The program is open: it takes effect when Cortex Desktop starts next.")
        return
    kept = f" What was there before is kept as {aside}." if aside is not None and aside.exists() else ""
    _say(f"Restored.{kept}")


def _say(text: str) -> None:
    print(literal(text.strip()), file=sys.stderr, flush=True)
