"""A conversation as Markdown."""

import re

from desktop.engine.attachments import details_in_words
from desktop.engine.exchange.shown import local_time, shown_messages, title_of
from desktop.engine.messages import JsonObject


def markdown_of(conversation: JsonObject) -> str:
    """A conversation with its title as heading, each message under its speaker and time.

    Args:
        conversation: As the store reads it.

    Returns:
        Markdown that ends with a newline. Messages stand in it as they are.
    """
    began, changed = local_time(conversation.get("created_at")), local_time(conversation.get("updated_at"))
    parts = [f"# {title_of(conversation)}", f"{began} to {changed}"]
    for message in shown_messages(conversation):
        parts.append(f"## {message.speaker} · {message.at}")
        if message.tools:
            parts.append("Tools: " + ", ".join(f"`{tool}`" for tool in message.tools))
        parts.append(message.text.strip("\n"))
        if message.attachments:
            named = ", ".join(f"{_literal(each.name)} ({details_in_words(each)})" for each in message.attachments)
            parts.append(f"*Attached, and not in this file:* {named}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _literal(name: str) -> str:
    """A file's name in one line, with nothing in it that Markdown takes for a mark."""
    return re.sub(r"([\\`*_{}\[\]<>#+|~$!&])", r"\\\1", " ".join(name.split()))
