"""The audit log on the command line: ``audit verify``, ``accept``, ``export`` and ``list``."""

import argparse
import asyncio
import contextlib
import io
import os
import sys
from typing import assert_never

from desktop.audit_keys import KeyringAuditKeys
from desktop.engine.audit import AuditEntry, AuditFilter, report_words
from desktop.engine.audit_keeping import verify
from desktop.engine.errors import EngineError
from desktop.engine.messages import CallState
from desktop.engine.store.audit_reader import AuditReader
from desktop.exit_status import DONE, FAILED
from desktop.os_keyring import os_keyring
from desktop.paths import Paths
from desktop.redaction import Redactor
from desktop.secrets import KeyStore
from desktop.settings import Settings
from desktop.views.audit_text import short_arguments
from desktop.views.literal_text import literal, one_line


def run(arguments: argparse.Namespace) -> int:
    """Do one of them.

    Args:
        arguments: As parsed.

    Returns:
        The exit status: 0 done or intact, 1 tampered with or unreadable.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="" if arguments.verb == "export" else None)
    try:
        status = asyncio.run(_do(arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads has had enough: `audit export | head`
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except EngineError as error:
        _complain(f"{error} {error.action}")
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
    return FAILED


async def _do(arguments: argparse.Namespace) -> int:
    redactor = Redactor()
    keys = KeyStore(on_key=redactor.add, load=os_keyring)
    paths = Paths.of_system()
    further = Settings.load(paths.settings_file)[0].further_keys
    log = AuditReader(paths.database)
    match arguments.verb:
        case "verify":
            return await _verify(log, KeyringAuditKeys(keys, await log.id(), paths.database))
        case "accept":
            return await _accept(log, KeyringAuditKeys(keys, await log.id(), paths.database))
        case "export":
            await keys.status(further)  # tells the redactor which keys are in use
            wanted = _filter(arguments).model_copy(update={"every_step": True})
            await log.export(wanted, lambda: contextlib.nullcontext(sys.stdout), arguments.format, redactor.redact)
            return DONE
        case "list":
            await keys.status(further)
            page = await log.page(_filter(arguments), limit=arguments.limit)
            for entry in page.entries:
                print(redactor.redact(_line(entry)))
            if page.total > len(page.entries):
                print(f"{page.total - len(page.entries):,} older ones are not shown.", file=sys.stderr)
            return DONE
        case verb:
            assert_never(verb)


async def _verify(log: AuditReader, keys: KeyringAuditKeys) -> int:
    report = await verify(log, keys)
    print(report_words(report))
    return DONE if report.ok else FAILED


async def _accept(log: AuditReader, keys: KeyringAuditKeys) -> int:
    await keys.load_key(make=False)  # asks for the keyring's password where that is needed
    head = await log.head()
    await keys.save_head(head)
    print(f"The keyring now holds the end of the log as it is: {head.rows:,} rows.")
    return DONE


def _filter(arguments: argparse.Namespace) -> AuditFilter:
    return AuditFilter(
        kind=arguments.kind,
        tool=arguments.tool,
        state=CallState(arguments.state) if arguments.state else None,
        decided_by=arguments.decided_by,
        conversation_id=arguments.conversation,
        since=arguments.since,
        until=arguments.until,
        text=arguments.text,
        every_step=getattr(arguments, "every_step", False),
    )


def _line(entry: AuditEntry) -> str:
    at = entry.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    decided = entry.decided_by or "-"
    state = entry.state.value if entry.state is not None else "-"
    what = f"{entry.number:>7}  {entry.step:<9}  {state:<9}  {decided:<6}"
    about = short_arguments(entry) if entry.kind == "grant" else one_line(entry.arguments)
    return f"{at}  {what}  {literal(entry.tool):<16}  {about}"


def _complain(text: str) -> None:
    print(literal(f"cortex-desktop: {text}".strip()), file=sys.stderr, flush=True)
