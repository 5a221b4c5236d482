"""Remembered decisions on the command line: ``grants list`` and ``grants revoke``."""

import argparse
from datetime import datetime

from desktop.engine.session import Session
from desktop.terminal import Terminal
from desktop.views.grant_words import grant_facts, holds
from desktop.views.literal_text import one_line


async def show_or_revoke(session: Session, arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Do one of them.

    Args:
        session: The engine.
        arguments: As parsed.
        terminal: Where it is said.

    Raises:
        UnknownName: There is no grant of this id.
    """
    now = datetime.now().astimezone()
    if arguments.verb == "revoke":
        await session.revoke(arguments.grant_id)
        (grant,) = [one for one in await session.grants() if one.id == arguments.grant_id]
        terminal.note(f"Revoked: {one_line(grant.words, 400)}")
        return
    live = [grant for grant in await session.grants() if holds(grant, now)]
    for grant in live:
        terminal.say(f"{grant.id}  {one_line(grant.words, 400)}  ({grant_facts(grant, now)})")
    if not live:
        terminal.note("Nothing is remembered: each call that must ask, asks.")
