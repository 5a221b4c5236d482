"""What a grant could cover, in words: the choices for one call, narrowest first. Pure."""

from collections.abc import Iterator
from pathlib import PurePath

from desktop.engine.commands import shown_command
from desktop.engine.gate import (
    Effect,
    Scope,
    ScopeCommand,
    ScopeExact,
    ScopeFolder,
    ScopeHost,
    ScopeTool,
    ToolFacts,
)
from desktop.engine.grants import Reach, covers, workspace_of
from desktop.engine.messages import JsonObject
from desktop.engine.taint import subject_of

_LAUNCHERS = frozenset(
    "sh bash dash zsh ksh fish csh tcsh busybox cmd powershell pwsh env sudo doas su nohup nice timeout time "  # noqa: SIM905
    "xargs parallel watch setsid stdbuf strace find eval exec command source . ssh docker podman kubectl make npx uvx "
    "pipx python python3 perl ruby node deno bun php lua awk gawk sed vi vim emacs tar rsync curl wget nc ncat socat "
    "osascript open xdg-open start rm dd".split()
)
"""Programs whose further words can name any other program, file or server: for these no beginning is offered."""


def scope_choices(facts: ToolFacts, arguments: JsonObject, reach: Reach) -> list[tuple[Scope, str]]:
    """The scopes that the person can choose for a call, each covering it.

    Args:
        facts: The tool.
        arguments: Validated, canonical arguments.
        reach: What they lead to.

    Returns:
        Scopes with their words, narrowest first. A tool that runs programs is never offered as a whole.
    """
    found: dict[str, Scope] = {}
    for scope in _candidates(facts, arguments, reach):
        if covers(scope, facts, arguments, reach):
            found.setdefault(scope_in_words(scope, facts, arguments, reach), scope)
    return [(scope, words) for words, scope in found.items()]


def _candidates(facts: ToolFacts, arguments: JsonObject, reach: Reach) -> Iterator[Scope]:
    commands = list(reach.commands.values())
    if commands:
        yield ScopeCommand(words=commands[0])
        if (beginning := _beginning(commands[0])) is not None:
            yield ScopeCommand(words=beginning, more=True)
    else:
        yield ScopeExact(arguments=arguments)
    for argument, path in reach.paths.items():
        yield ScopeFolder(argument=argument, folder=path)
        if path != reach.workspace:
            yield ScopeFolder(argument=argument, folder=str(PurePath(path).parent))
            yield ScopeFolder(argument=argument, folder=reach.workspace)
    for argument, host in reach.hosts.items():
        yield ScopeHost(argument=argument, host=host)
    if Effect.EXECUTES not in facts.effects:
        yield ScopeTool()


def _beginning(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The first words of a command that a wider grant may keep: the program, and what it is told to do."""
    program = PurePath(words[0]).name.lower()
    if program in _LAUNCHERS or "/" in words[0] or "\\" in words[0]:
        return None
    does = words[1:2] if len(words) > 1 and words[1].replace("-", "").isalpha() and words[1][0] != "-" else ()
    return (words[0], *does)


def scope_in_words(scope: Scope, facts: ToolFacts, arguments: JsonObject, reach: Reach) -> str:
    """A scope in words, as the person chooses it and finds it again in the list of grants.

    Args:
        scope: It covers the call.
        facts: The tool.
        arguments: Of the call it is granted at.
        reach: What they lead to.
    """
    workspace = workspace_of(scope, facts, reach)
    place = f", in {workspace}" if workspace else ""
    match scope:
        case ScopeExact():
            subject = subject_of(facts, arguments)
            return f"{facts.name} {subject}".rstrip() + f" with exactly these arguments{place}"
        case ScopeFolder():
            if scope.folder == reach.paths.get(scope.argument) and scope.folder != reach.workspace:
                return f"{facts.name} at {scope.folder} alone"
            return f"{facts.name} anywhere under {scope.folder}"
        case ScopeCommand():
            command = shown_command(scope.words)
            if scope.more:
                return f"{facts.name} beginning with `{command}`{place}"
            return f"{facts.name} `{command}` and nothing else{place}"
        case ScopeHost():
            return f"{facts.name} on {scope.host}"
        case ScopeTool():
            return f"{facts.name} with whatever arguments"
