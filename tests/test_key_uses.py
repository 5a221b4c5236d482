"""What a key is used for, and the words before it is removed."""

from desktop.assembly import model_entry
from desktop.key_uses import listed, removal_words, users_of
from desktop.settings_rows import DEFAULT_MODELS, ModelRow, RoleRow

OWN = ModelRow(name="qwen", provider="openai-compatible", host="http://localhost:1/v1", label="Qwen")
WORK = ModelRow(name="gpt", provider="openai-compatible", host="https://api.openai.com/v1", key="work")
MODELS = [model_entry(row) for row in (*DEFAULT_MODELS, OWN, WORK)]
ROLE = RoleRow(name="coder", keys=("gemini/work",))


def test_a_default_key_is_used_by_the_models_that_name_none() -> None:
    assert users_of("anthropic", MODELS, [ROLE]) == ["Claude Sonnet 5.5", "Claude Opus 5.5", "Claude Haiku 5.5"]
    assert users_of("openai", MODELS, [ROLE]) == []  # it goes to no server of one's own


def test_a_further_key_is_used_by_who_names_it() -> None:
    assert users_of("openai/work", MODELS, [ROLE]) == ["gpt"]
    assert users_of("gemini/work", MODELS, [ROLE]) == ["the role coder"]


def test_the_question_says_what_stops_working_or_what_serves_in_its_place() -> None:
    words = removal_words("Google Gemini", ["Flash"], is_stored=True, variable="")
    assert words.startswith("The key of Google Gemini will be deleted from the system's keyring.")
    assert words.endswith("Without it Flash no longer works.")
    assert removal_words("X", ["Flash"], is_stored=False, variable="GEMINI_API_KEY").endswith(
        "GEMINI_API_KEY in the environment then serves in its place."
    )
    assert removal_words("X", [], is_stored=True, variable="").endswith("No model or role uses it now.")


def test_many_names_are_counted() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and d"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
