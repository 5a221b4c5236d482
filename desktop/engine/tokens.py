"""A rough count of tokens, for budgets. No provider's tokenizer: it errs on the side of more."""

from desktop.engine.attachments import tokens_of
from desktop.engine.messages import canonical
from desktop.engine.requests import ModelRequest, ModelTurn, ToolResults, UserText


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: a quarter of its ASCII characters, and one for each other character.

    Args:
        text: Any text.
    """
    narrow = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return narrow // 4 + (len(text) - narrow) + 1


def request_tokens(request: ModelRequest, provider: str) -> int:
    """About how many tokens a request has: system prompt, declarations, items and files.

    Args:
        request: The request.
        provider: Of the model that reads it, for the files.
    """
    tokens = estimate_tokens(request.system)
    for tool in request.tools:
        tokens += estimate_tokens(tool.name + tool.description + canonical(tool.parameters))
    for item in request.items:
        match item:
            case UserText():
                tokens += estimate_tokens(item.text)
                tokens += sum(tokens_of(one, provider) for one in item.attachments)
            case ModelTurn():
                tokens += estimate_tokens(item.text)
                tokens += sum(estimate_tokens(call.tool + canonical(call.arguments)) for call in item.calls)
            case ToolResults():
                tokens += sum(estimate_tokens(result.text) for result in item.results)
    return tokens


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
