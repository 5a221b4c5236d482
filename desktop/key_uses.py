"""What an API key is used for, in words: the models and roles that are without one when it is removed. Pure."""

from collections.abc import Sequence

from desktop.engine.models.connect import key_name
from desktop.engine.models.registry import ModelEntry
from desktop.settings_rows import RoleRow

_MOST_NAMED = 4


def users_of(name: str, models: Sequence[ModelEntry], roles: Sequence[RoleRow]) -> list[str]:
    """What is given a key.

    Args:
        name: The key's: a provider's default one, ``gemini``, or a further one, ``gemini/work``.
        models: All of the registry.
        roles: All of them.

    Returns:
        Labels of models, then roles ("the role chat").
    """
    return [entry.label for entry in models if key_name(entry) == name] + [
        f"the role {row.name}" for row in roles if name in row.keys
    ]


def removal_words(label: str, users: Sequence[str], *, is_stored: bool, variable: str) -> str:
    """What comes of removing a key, for the question before it.

    Args:
        label: The key's name for the person.
        users: What is given it.
        is_stored: Whether it is in the system's keyring; else it is kept for this session.
        variable: The environment's variable that serves in its place; empty for none.
    """
    where = "deleted from the system's keyring" if is_stored else "forgotten"
    words = [f"The key of {label} will be {where}. It cannot be brought back from here, only entered again."]
    if variable:
        words.append(f"{variable} in the environment then serves in its place.")
    elif users:
        verb = "works" if len(users) == 1 else "work"
        words.append(f"Without it {listed(users)} no longer {verb}.")
    else:
        words.append("No model or role uses it now.")
    return " ".join(words)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; of many, the first ones and how many more."""
    names = list(names)
    if len(names) > _MOST_NAMED:
        names = [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
