"""A text as a quotation in Markdown. Pure."""


def quotation(text: str) -> str:
    """Each line of a text behind ``> ``; white space at the ends is left out.

    Args:
        text: Any text; empty gives an empty quotation.
    """
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def quotation_at(before: str, text: str) -> str:
    """What is inserted behind a text so that a quotation stands in a paragraph of its own, with a line after it.

    Args:
        before: What stands before it.
        text: What is quoted.
    """
    quoted = quotation(text)
    if not quoted:
        return ""
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return f"{gap}{quoted}\n\n"
