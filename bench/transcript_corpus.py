"""A long conversation, always the same: ``python -m bench.transcript_corpus DATABASE`` writes it into a database.

10,000 messages, about 11 million characters of Markdown and 4,100 code blocks; questions are short, answers have
headings, lists, tables, quotes, links and code.
"""

import argparse
import asyncio
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.engine.messages import Message, MessageDetails, Usage
from desktop.engine.store.conversations import insert_message
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store

MESSAGES = 10_000
_CODE_BLOCKS = 4_100
_LENGTH = 1_920
"""Characters of an answer, about."""
_BEGAN = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "that",
    "it",
    "for",
    "was",
    "on",
    "are",
    "as",
    "with",
    "they",
    "be",
    "at",
    "one",
    "have",
    "this",
    "from",
    "by",
    "hot",
    "but",
    "some",
    "what",
    "there",
    "we",
    "can",
    "out",
    "other",
    "were",
    "all",
    "your",
    "when",
    "up",
    "use",
    "word",
    "how",
    "said",
    "an",
    "each",
    "she",
    "which",
    "do",
    "their",
    "time",
    "if",
    "will",
    "way",
    "about",
    "many",
    "then",
    "them",
    "would",
    "write",
    "like",
    "so",
    "these",
    "her",
    "long",
    "make",
    "thing",
    "see",
    "him",
    "two",
    "has",
    "look",
    "more",
    "day",
    "could",
    "go",
    "come",
    "did",
    "my",
    "sound",
    "no",
    "most",
    "number",
    "who",
    "over",
    "know",
    "water",
    "than",
    "call",
    "first",
    "people",
    "may",
    "down",
    "side",
    "been",
    "now",
    "find",
    "any",
    "new",
    "work",
    "part",
    "take",
    "get",
    "place",
    "made",
    "live",
    "where",
    "after",
    "back",
    "little",
    "only",
    "round",
    "man",
    "year",
    "came",
    "show",
    "every",
    "good",
    "me",
    "give",
    "our",
    "under",
    "name",
    "very",
    "through",
    "just",
    "form",
    "much",
    "great",
    "think",
    "say",
    "help",
    "low",
    "line",
    "before",
    "turn",
    "cause",
    "same",
    "mean",
    "differ",
    "move",
    "right",
    "boy",
    "old",
    "too",
    "does",
    "tell",
    "sentence",
    "set",
    "three",
    "want",
    "air",
    "well",
    "also",
    "play",
    "small",
    "end",
    "put",
    "home",
    "read",
    "hand",
    "port",
    "large",
    "spell",
    "add",
    "even",
    "land",
    "here",
    "must",
]
_LANGUAGES = ("python", "rust", "javascript", "sql", "bash", "json", "")


def _sentence(dice: random.Random) -> str:
    words = dice.choices(_WORDS, k=dice.randint(6, 18))
    at = dice.randrange(len(words))
    match dice.randrange(12):
        case 0:
            words[at] = f"**{words[at]}**"
        case 1:
            words[at] = f"*{words[at]}*"
        case 2:
            words[at] = f"`{words[at]}_{words[0]}`"
        case 3:
            words[at] = f"[{words[at]}](https://example.org/{words[0]})"
    return " ".join(words).capitalize() + "."


def _paragraph(dice: random.Random) -> str:
    return " ".join(_sentence(dice) for _ in range(dice.randint(2, 6)))


def _code(dice: random.Random) -> str:
    lines = [f"```{dice.choice(_LANGUAGES)}"]
    for number in range(dice.randint(4, 22)):
        name, other = dice.choice(_WORDS), dice.choice(_WORDS)
        indent = "    " * (number % 3)
        lines.append(f'{indent}{name}_{number} = {other}({number}, "{name} {other}")  # {dice.choice(_WORDS)}')
    return "\n".join([*lines, "```"])


def _list(dice: random.Random) -> str:
    mark = dice.choice(("- ", "1. "))
    return "\n".join(mark + _sentence(dice) for _ in range(dice.randint(3, 7)))


def _table(dice: random.Random) -> str:
    rows = [f"| {dice.choice(_WORDS)} | {dice.randint(1, 999)} | {dice.choice(_WORDS)} |" for _ in range(5)]
    return "\n".join(["| Name | Size | State |", "| :--- | ---: | --- |", *rows])


def _answer(dice: random.Random, blocks: int) -> str:
    parts = [_code(dice) for _ in range(blocks)]
    length = sum(map(len, parts))
    while length < _LENGTH:
        match dice.randrange(10):
            case 0:
                part = f"## {_sentence(dice)}"
            case 1 | 2:
                part = _list(dice)
            case 3:
                part = _table(dice) if dice.randrange(3) == 0 else f"> {_sentence(dice)}"
            case _:
                part = _paragraph(dice)
        length += len(part) + 2
        parts.insert(dice.randint(0, len(parts)), part)
    return "\n\n".join(parts)


def corpus(count: int = MESSAGES) -> list[Message]:
    """The first messages of the conversation, oldest first."""
    dice = random.Random(20_261_101)
    with_code = set(random.Random(7).sample(range(MESSAGES // 2), _CODE_BLOCKS))
    found = []
    for turn in range((count + 1) // 2):
        moment = _BEGAN + timedelta(minutes=7 * turn)
        usage = Usage(input_tokens=1000 + turn % 900, output_tokens=400 + turn % 300, cost_usd=0.01)
        details = MessageDetails(model="demo", label="Demo", provider="demo", host="this program", usage=usage)
        question, answer = _sentence(dice) + " " + _sentence(dice), _answer(dice, int(turn in with_code))
        run = f"r_{turn}"
        found.append(Message(id=f"m_{turn}_q", role="user", text=question, run_id=run, created_at=moment))
        found.append(
            Message(id=f"m_{turn}_a", role="assistant", text=answer, run_id=run, created_at=moment, details=details)
        )
    return found[:count]


async def write_corpus(database: Path, count: int = MESSAGES) -> str:
    """Write the conversation into a database of the program, which is made where there is none.

    Returns:
        The conversation's id.
    """
    store = await Store.open(database)
    try:
        info = await store.conversations.create(str(database.parent))
        messages = corpus(count)
        options = RunOptions(orchestrator="demo", responder="demo", root=str(database.parent)).model_dump_json()

        def work(db: sqlite3.Connection) -> None:
            rows = [
                (each.run_id, info.id, "done", options, each.created_at.isoformat(), each.created_at.isoformat())
                for each in messages
                if each.role == "user"
            ]
            db.executemany(
                "INSERT INTO runs (id, conversation_id, state, options, started_at, finished_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
            for message in messages:
                insert_message(db, info.id, message)

        await store.database.write(work)
        return info.id
    finally:
        await store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    chosen = parser.parse_args()
    print(asyncio.run(write_corpus(chosen.database, chosen.messages)))
