"""``personas`` on the command line: the files, and what a role sends of them."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from desktop.assembly import make_registry, personas_of, run_options
from desktop.engine.errors import UnknownName
from desktop.exit_status import BAD_USAGE, DONE, FAILED
from desktop.paths import Paths
from desktop.personas import DEFAULT, PersonaError
from desktop.settings import Settings
from desktop.terminal import Terminal
from desktop.told import told
from desktop.views.literal_text import one_line

_NAME_WIDTH = 34


def run(arguments: argparse.Namespace) -> int:
    """Do ``personas list`` or ``personas sent``.

    Args:
        arguments: As parsed.

    Returns:
        The exit status: 0 done, 1 a persona cannot be used, 2 no such role.
    """
    terminal = Terminal(as_json=False, may_ask=False)
    paths = Paths.of_system()
    settings, problems = Settings.load(paths.settings_file)
    for problem in problems:
        terminal.complain(str(problem))
    try:
        (_sent if arguments.verb == "sent" else _list)(arguments, paths, settings, terminal)
    except UnknownName as error:
        terminal.complain(str(error), error.action)
        return BAD_USAGE
    except PersonaError as error:
        terminal.complain(str(error))
        return FAILED
    return DONE


def _list(arguments: argparse.Namespace, paths: Paths, settings: Settings, terminal: Terminal) -> None:
    personas, registry = personas_of(paths), make_registry(settings)
    for name in personas.names():
        users = [role.name for role in registry.roles.values() if (role.persona or DEFAULT) == name]
        whose = "" if personas.is_own(name) else "the program's; "
        terminal.say(f"{one_line(name):{_NAME_WIDTH}} {whose}{', '.join(users) or 'no role'}")
    terminal.note(f"The files lie in {personas.folder}.")


def _sent(arguments: argparse.Namespace, paths: Paths, settings: Settings, terminal: Terminal) -> None:
    registry = make_registry(settings)
    options = run_options(registry, settings, role=arguments.role, root=Path.cwd())
    persona = personas_of(paths).read(options.persona)
    now = datetime.now().astimezone()
    for part in told(options, registry, persona, off_record=arguments.off_record, now=now):
        terminal.note(f"── {part.to}. {part.note}")
        if part.text:
            sys.stdout.write(f"{part.text}\n")
            sys.stdout.flush()
