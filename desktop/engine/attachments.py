"""Attachments in words and in tokens. Pure."""

import json
import math

from desktop.engine.messages import Attachment

_KINDS = {"image/png": "PNG picture", "image/jpeg": "JPEG picture", "image/webp": "WebP picture"}
_BYTES_PER_PAGE = 50_000
"""Of a PDF whose pages cannot be counted."""
_TOKENS_PER_PAGE = {"anthropic": 3_000, "gemini": 560}
_OTHER_TOKENS_PER_PAGE = 1_500


def size_in_words(size: int) -> str:
    """Bytes as people say them: "340 bytes", "12 KB", "3.4 MB"."""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    if size < 999_500:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"


def kind_in_words(attachment: Attachment) -> str:
    """What it is: "PNG picture", "PDF", "Text"."""
    if attachment.is_picture:
        return _KINDS.get(attachment.media_type, "Picture")
    return "PDF" if attachment.is_pdf else "Text"


def details_in_words(attachment: Attachment) -> str:
    """What it is, and how large: "PNG picture, 800 by 600, 1.2 MB", with the sign of a multiplication."""
    parts = [kind_in_words(attachment)]
    if attachment.width:
        parts.append(f"{attachment.width:,} \N{MULTIPLICATION SIGN} {attachment.height:,}")
    if attachment.pages:
        parts.append("1 page" if attachment.pages == 1 else f"{attachment.pages:,} pages")
    return ", ".join([*parts, size_in_words(attachment.size)])


def named_for_model(attachment: Attachment) -> str:
    """One line that names it to a model; the name cannot end the line or its quotation marks."""
    return f"{json.dumps(attachment.name, ensure_ascii=False)} ({details_in_words(attachment)})"


def tokens_of(attachment: Attachment, provider: str) -> int:
    """About how many input tokens it takes; rather more than fewer.

    Args:
        attachment: Of any kind.
        provider: Of the model that reads it.

    Sources: https://platform.claude.com/docs/en/build-with-claude/vision, …/pdf-support,
    https://ai.google.dev/gemini-api/docs/tokens, https://platform.openai.com/docs/guides/images-vision
    """
    if attachment.is_text:
        return attachment.tokens
    if attachment.is_pdf:
        pages = attachment.pages or attachment.size // _BYTES_PER_PAGE + 1
        return pages * _TOKENS_PER_PAGE.get(provider, _OTHER_TOKENS_PER_PAGE)
    return picture_tokens(attachment.width or 2000, attachment.height or 2000, provider)


def picture_tokens(width: int, height: int, provider: str) -> int:
    """About how many tokens a picture takes.

    Args:
        width: In pixels, at least 1.
        height: In pixels, at least 1.
        provider: Claude counts an area, scaled to 2576 pixels at most; Gemini tiles of 768 pixels, and for a picture
            at least 1,120; the others tiles of 512 pixels of a picture whose short side is scaled to 768.
    """
    if provider == "anthropic":
        scale = min(1.0, 2576 / max(width, height))
        return min(4_784, math.ceil(width * scale * height * scale / 750))
    if provider == "gemini":
        scale = min(1.0, 3072 / max(width, height))
        return max(1_120, 258 * math.ceil(width * scale / 768) * math.ceil(height * scale / 768))
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return 85 + 170 * math.ceil(width * scale / 512) * math.ceil(height * scale / 512)
