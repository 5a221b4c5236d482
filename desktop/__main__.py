"""The command line: argument parsing only. What it starts is imported when it is known."""

import argparse
import contextlib
import gc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from desktop import __version__
from desktop.core_dumps import keep_memory_out
from desktop.leaving import leave

_STATES = ("waiting", "running", "done", "failed", "denied", "blocked", "cancelled", "unknown")


_WISHES = {
    "--approve": "once",
    "--approve-conversation": "conversation",
    "--always": "always",
    "--deny": "deny",
    "--edit": "edit",
}


class _Decide(argparse.Action):
    """Collects ``--approve ID`` and the like in their order: (call id, what the person wants, reason or JSON)."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        decisions = list(getattr(namespace, "decisions", None) or [])
        call_id, text = values if isinstance(values, list) else (values, "")
        wish = _WISHES[option or ""]
        if earlier := [kind for known, kind, _ in decisions if known == call_id]:
            if "edit" in (wish, *earlier):
                parser.error(f"the changed call {call_id!r} is shown first; decide on it with a second command")
            parser.error(f"the call {call_id!r} is decided twice")
        decisions.append((call_id, wish, text))
        namespace.decisions = decisions


class _Reason(argparse.Action):
    """Puts ``--reason TEXT`` to the ``--deny`` before it."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        decisions = list(getattr(namespace, "decisions", None) or [])
        if not decisions or decisions[-1][1] != "deny":
            parser.error("--reason belongs behind a --deny")
        call_id, wish, _ = decisions[-1]
        decisions[-1] = (call_id, wish, values)
        namespace.decisions = decisions


def _rounds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("the round limit is at least 1")
    return number


def _rows(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 row")
    return number


def _days(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 36_500:
        raise argparse.ArgumentTypeError("from 1 to 36500 days")
    return number


def _moment(text: str) -> datetime:
    """A time: ISO 8601, on this machine's clock where it names no zone, or so many hours or days ago."""
    if text[:-1].isascii() and text[:-1].isdigit() and text[-1] in "hd":
        with contextlib.suppress(OverflowError):
            return datetime.now(UTC) - int(text[:-1]) * timedelta(**{{"h": "hours", "d": "days"}[text[-1]]: 1})
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-11-30, 2026-11-30T08:00 or 7d") from None


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="cortex-desktop",
        description="Chat with two brains: one gathers with tools, one writes, and you decide in between. "
        "Without a command, opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--demo", action="store_true", help="use the embedded offline models, for this start only")
    parser.set_defaults(command="window")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    ask = commands.add_parser("ask", help="work one message to its answer, without a window")
    ask.add_argument("text", nargs="?", metavar="TEXT", help="the message; '-' or nothing reads standard input")
    ask.add_argument("--json", action="store_true", help="print one event a line as JSON")
    ask.add_argument("--no-responder", action="store_true", help="the orchestrator's summary is the answer")
    ask.add_argument("--no-tools", action="store_true", help="the responder answers alone")
    ask.add_argument("--role", metavar="NAME", help="the role to use")
    ask.add_argument("--conversation", metavar="ID", help="go on with this conversation")
    ask.add_argument("--off-record", action="store_true", help="keep nothing of it on disk")
    ask.add_argument("--max-rounds", type=_rounds, metavar="N", help="lower the limit of tool rounds")
    ask.add_argument("--root", metavar="DIR", help="the folder that tools may touch (default: the current folder)")
    ask.add_argument("--allow", action="append", default=[], metavar="TOOL", help="allow this tool without asking")
    ask.add_argument("--block", action="append", default=[], metavar="TOOL", help="block this tool")
    ask.add_argument(
        "--attach", action="append", default=[], metavar="FILE", help="attach this file: text, a picture or a PDF"
    )
    ask.add_argument("--access", choices=("user", "admin"), help="lower the access level of the tools")
    ask.add_argument("--pause", action="store_true", help="never ask here; leave the run waiting, exit status 3")
    ask.add_argument("--demo", action="store_true", help="use the embedded offline models")

    resume = commands.add_parser("resume", help="decide on the waiting calls of a run, and go on with it")
    resume.add_argument("run_id", metavar="RUN_ID")
    resume.add_argument("--approve", action=_Decide, metavar="CALL_ID", help="allow this call once")
    resume.add_argument(
        "--approve-conversation", action=_Decide, metavar="CALL_ID", help="allow it, and its like in this conversation"
    )
    resume.add_argument("--always", action=_Decide, metavar="CALL_ID", help="allow it, and its like from now on")
    resume.add_argument(
        "--edit", action=_Decide, nargs=2, metavar=("CALL_ID", "JSON"), help="change its arguments; it waits again then"
    )
    resume.add_argument("--deny", action=_Decide, metavar="CALL_ID", help="deny this call")
    resume.add_argument("--reason", action=_Reason, metavar="TEXT", help="why, for the model; behind its --deny")
    resume.add_argument("--json", action="store_true", help="print one event a line as JSON")
    resume.add_argument("--pause", action="store_true", help="never ask here; leave the run waiting, exit status 3")
    _add_audit(commands)
    grants = commands.add_parser("grants", help="look at what is remembered of your decisions, and take it back")
    verbs = grants.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    verbs.add_parser("list", help="list what holds now, newest first")
    revoke = verbs.add_parser("revoke", help="take one back; what it let through and has not begun waits again")
    revoke.add_argument("grant_id", metavar="ID")
    _add_exchange(commands)
    _add_models(commands)
    _add_keys(commands)
    return parser


def _add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = commands.add_parser("keys", help="see which API keys there are, keep one, try it, remove it")
    verbs = keys.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    verbs.add_parser("list", help="list the keys by name, and where each comes from; never the keys")
    keeping = verbs.add_parser("set", help="keep a key in the keyring; it is asked for, or read from standard input")
    test = verbs.add_parser("test", help="ask the key's provider whether it works; exit status 0 it does, 1 not")
    removing = verbs.add_parser("remove", help="remove a key from the keyring; asks before it does")
    removing.add_argument("--yes", action="store_true", help="remove it without a question")
    for verb in (keeping, test, removing):
        verb.add_argument("name", metavar="NAME", help="gemini, anthropic or openai; a further one as gemini/work")
    personas = commands.add_parser("personas", help="list the persona files, and show what a role sends")
    verbs = personas.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    verbs.add_parser("list", help="list the files, and the roles that use each")
    sent = verbs.add_parser("sent", help="print what the models of a role are told now, as it is sent")
    sent.add_argument("--role", metavar="NAME", help="the role (default: that of a new conversation)")
    sent.add_argument("--off-record", action="store_true", help="as a conversation off the record sends it")


def _add_models(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    models = commands.add_parser("models", help="list the models, and see whether one works")
    verbs = models.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    listing = verbs.add_parser("list", help="list the registry; with NAME, what that model's provider has")
    listing.add_argument("name", nargs="?", metavar="NAME", help="a model of the registry, whose provider is asked")
    test = verbs.add_parser("test", help="ask a model for a word, and say what is wrong; exit status 0 it works, 1 not")
    test.add_argument("name", metavar="NAME", help="a model of the registry")
    verbs.add_parser("roles", help="list the roles: models and who takes over, tools, access level, rounds")
    verbs.add_parser("find", help="find model servers on this machine, and list their models")
    usage = commands.add_parser("usage", help="what the model calls took: tokens and cost, by day and by model")
    usage.add_argument("--days", type=_days, metavar="N", help="the last N days, today among them (default: all)")
    usage.add_argument("--csv", action="store_true", help="a table of all lines for a spreadsheet")


def _add_exchange(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    export = commands.add_parser("export", help="write conversations to a file")
    export.add_argument("file", metavar="FILE", help="the file; '-' writes to standard output")
    export.add_argument("--format", choices=("json", "markdown", "html"), help="default: by FILE's name, else json")
    export.add_argument(
        "--conversation", action="append", metavar="ID", help="this one alone; may be repeated (default: all)"
    )
    taken = commands.add_parser("import", help="take in conversations: of this program, of ChatGPT, of Claude")
    taken.add_argument("file", metavar="FILE", help="its JSON, or the zip with it")
    backup = commands.add_parser(
        "backup", help="copy everything but settings and keys into one file, also while in use"
    )
    backup.add_argument("file", metavar="FILE")
    restore = commands.add_parser("restore", help="put a backup in place; what is there now is put aside")
    restore.add_argument("file", metavar="FILE")


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser("audit", help="look at the log of all tool calls and grants, check it, export it")
    verbs = audit.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    verbs.add_parser("verify", help="check that nobody changed the log; exit status 0 intact, 1 not")
    verbs.add_parser(
        "accept", help="take the log as it is now for the right one, after a copy of the database was put back"
    )
    export = verbs.add_parser(
        "export", help="write every step of all calls and grants to standard output, oldest first"
    )
    export.add_argument("--format", choices=("json", "csv"), default="json", help="JSON lines (default) or CSV")
    listing = verbs.add_parser("list", help="list the latest calls and grants, newest first")
    listing.add_argument("--limit", type=_rows, default=50, metavar="N", help="at most so many (default: 50)")
    listing.add_argument("--every-step", action="store_true", help="each step of each, not the last alone")
    for verb in (export, listing):
        verb.add_argument("--since", type=_moment, metavar="TIME", help="2026-11-30, 2026-11-30T08:00, 12h or 7d")
        verb.add_argument("--until", type=_moment, metavar="TIME", help="the same; before that time")
        verb.add_argument("--kind", choices=("call", "grant"), help="calls alone, or grants alone")
        verb.add_argument("--tool", metavar="NAME", help="calls and grants of this tool alone")
        verb.add_argument("--state", choices=_STATES, metavar="STATE", help=f"one of {', '.join(_STATES)}")
        verb.add_argument("--decided-by", choices=("policy", "grant", "person"), help="who decided")
        verb.add_argument("--conversation", metavar="ID", help="calls of this conversation alone")
        verb.add_argument("--text", default="", metavar="TEXT", help="what must stand somewhere in the row")


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what the command line asks for.

    Args:
        arguments: The words behind the program's name; None for those of this process.

    Returns:
        The exit status, for `ask` and `resume`: 0 done, 1 failed, 2 bad usage, 3 waiting for a decision, 130 stopped.
    """
    parsed = make_parser().parse_args(arguments)
    keep_memory_out()
    if parsed.command in ("ask", "resume", "grants"):
        from desktop import cli

        return cli.run(parsed)
    if parsed.command == "audit":
        from desktop import audit_cli

        return audit_cli.run(parsed)
    if parsed.command in ("export", "import", "backup", "restore"):
        from desktop import exchange_cli

        return exchange_cli.run(parsed)
    if parsed.command in ("models", "usage"):
        from desktop import models_cli

        return models_cli.run(parsed)
    if parsed.command == "keys":
        from desktop import keys_cli

        return keys_cli.run(parsed)
    if parsed.command == "personas":
        from desktop import personas_cli

        return personas_cli.run(parsed)
    gc.disable()  # start-up makes little garbage, and looking for it takes time; `app` enables it when all is there
    from desktop.app import run

    return run(demo=parsed.demo)


def command() -> NoReturn:
    """The command ``cortex-desktop``."""
    leave(main())


if __name__ == "__main__":
    command()
