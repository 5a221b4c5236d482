"""What an unfinished line tells of its place in the blocks, whatever may follow in it. Pure."""

import re

_FENCE = re.compile(r" *(?:`{1,2}|~{1,2}|`{3,}[^`\n]*|~{3,}[^\n]*)\Z")
"""An unfinished line that may or may not turn out to be a fence."""
_SURE = re.compile(r" *(?:\d{1,9}[.)] +[^\s]|[-+*] +[^\s*+_-]|[^\W\d_])")
"""An unfinished line whose place in the blocks is known already."""
_SURE_LENGTH = 30
"""Characters after which that is so of any line that holds more than marks."""
_MARKS_ONLY = re.compile(r"[\s|:*_=+`~$\\-]*\Z")


def may_be_fence(line: str) -> bool:
    """Whether an unfinished line may or may not turn out to be a fence."""
    return _FENCE.match(line) is not None


def is_sure(line: str) -> bool:
    """Whether nothing that may follow in an unfinished line changes its place in the blocks."""
    if _SURE.match(line):
        return True
    is_plain = len(line) > _SURE_LENGTH and not _MARKS_ONLY.match(line[:_SURE_LENGTH])
    return is_plain and not line.lstrip().startswith(("$$", "\\["))
