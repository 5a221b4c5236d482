"""Searching the text of all messages, by whole words and by parts of words."""

import re
import sqlite3
from datetime import datetime

from desktop.engine.folding import phrase_of, words_of
from desktop.engine.search import SearchHit, passage_of
from desktop.engine.store.database import Database

_TRIGRAM = 3
_TRIGRAMS_AT_MOST = 24
"""Of one query; more would not narrow the candidates, which are compared with the text all the same."""
_COMPARED_BY_SQLITE = 8
_PATTERN = re.compile(r"[*?\[]")
"""What has a meaning in a pattern of GLOB."""
_SELECT = """
SELECT c.id AS conversation_id, c.title, c.archived, m.id, m.role, m.text, m.created_at, t.text AS folded
FROM {source} JOIN messages m ON m.id = t.message_id JOIN conversations c ON c.id = m.conversation_id
WHERE {matches} AND NOT m.superseded AND c.deleted_at IS NULL ORDER BY t.id DESC
"""


class Search:
    """Finds messages.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def messages(self, query: str, limit: int = 200) -> list[SearchHit]:
        """The messages that hold each word of a query, as a word or in a word, in any case and with any accents.

        Args:
            query: Words with white space between; every other character is taken as it is.
            limit: At most so many.

        Returns:
            The newest, newest first. Superseded messages and deleted conversations are left out.
        """
        words = words_of(query)
        if not words:
            return []
        return await self._database.read(lambda db: _find(db, words, phrase_of(query), limit))


def _find(db: sqlite3.Connection, words: tuple[str, ...], phrase: tuple[str, ...], limit: int) -> list[SearchHit]:
    statement, values = _statement(words)
    late = words[_COMPARED_BY_SQLITE:]
    hits: list[SearchHit] = []
    rows = db.execute(statement, values)
    for row in rows:
        if not all(word in row["folded"] for word in late):
            continue
        passage, marks = passage_of(row["text"], words, phrase=phrase, is_markdown=row["role"] == "assistant")
        hits.append(
            SearchHit(
                conversation_id=row["conversation_id"],
                title=row["title"],
                archived=bool(row["archived"]),
                message_id=row["id"],
                role=row["role"],
                created_at=datetime.fromisoformat(row["created_at"]),
                passage=passage,
                marks=marks,
            )
        )
        if len(hits) == limit:
            break
    rows.close()
    return sorted(hits, key=lambda hit: hit.created_at, reverse=True)


def _statement(words: tuple[str, ...]) -> tuple[str, list[str]]:
    """The trigrams narrow the candidates, the comparison with the text decides."""
    compared = list(words[:_COMPARED_BY_SQLITE])
    trigrams = _trigrams(words)
    if not trigrams:  # words of one or two characters stand in no index: the texts are looked through
        within = " AND ".join(["t.text GLOB ?"] * len(compared))  # quicker than instr
        return _SELECT.format(source="message_texts t", matches=within), [f"*{_literal(word)}*" for word in compared]
    conditions = ["instr(t.text, ?) > 0"] * len(compared)
    wanted = " AND ".join('"{}"'.format(each.replace('"', '""')) for each in trigrams)
    return (
        _SELECT.format(
            source="message_index i JOIN message_texts t ON t.id = i.rowid",
            matches=" AND ".join(["i.message_index MATCH ?", *conditions]),
        ).replace("ORDER BY t.id", "ORDER BY i.rowid"),
        [wanted, *compared],
    )


def _literal(word: str) -> str:
    """A pattern of GLOB for a word and nothing else."""
    return _PATTERN.sub(r"[\g<0>]", word)


def _trigrams(words: tuple[str, ...]) -> list[str]:
    found: dict[str, None] = {}
    for word in words:
        for at in range(len(word) - _TRIGRAM + 1):
            found[word[at : at + _TRIGRAM]] = None
    return list(found)[:_TRIGRAMS_AT_MOST]
