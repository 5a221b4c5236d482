"""A rough count of tokens, for budgets. No provider's tokenizer: it errs on the side of more."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: a quarter of its ASCII characters, and one for each other character.

    Args:
        text: Any text.
    """
    narrow = len(text.encode("ascii", "ignore"))
    return narrow // 4 + (len(text) - narrow) + 1


def trim_middle(text: str, limit_tokens: int, what: str = "text") -> str:
    """Cut the middle out of a text that is too long, and mark the cut.

    Args:
        text: Any text.
        limit_tokens: How many tokens may stay, about.
        what: What is cut, for the mark.

    Returns:
        The text itself where it fits, else its head and tail with a mark that says how much is missing.
    """
    tokens = estimate_tokens(text)
    if tokens <= limit_tokens:
        return text
    keep = max(0, int(len(text) * limit_tokens / tokens))
    head, tail = keep * 2 // 3, keep // 3
    mark = f"\n[… {len(text) - head - tail:,} of {len(text):,} characters of this {what} are left out here …]\n"
    return text[:head] + mark + text[len(text) - tail :]
