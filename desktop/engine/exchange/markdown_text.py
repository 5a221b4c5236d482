"""A conversation as Markdown."""

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
    return "\n\n".join(parts) + "\n"
