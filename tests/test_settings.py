import os
import stat
import string
import threading
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.gate import Access, Policy
from desktop.settings import ModelRow, RoleRow, Setting, Settings, SettingsDamaged
from desktop.settings_rows import DEFAULT_ROLES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def write(file: Path, text: str | bytes) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def load(file: Path) -> Settings:
    settings, problems = Settings.load(file)
    assert [str(problem) for problem in problems] == []
    return settings


def problems_of(file: Path) -> list[str]:
    return [str(problem).removeprefix(str(file)) for problem in Settings.load(file)[1]]


# --- declarations -----------------------------------------------------------------------------------------------------


def test_missing_file_means_defaults_and_makes_none(file: Path) -> None:
    settings = load(file)

    assert settings.color_scheme == "system"
    assert settings.max_rounds == 8
    assert settings.history_budget_tokens == 24_000
    assert settings.evidence_budget_tokens == 24_000
    assert settings.tools_enabled is True
    assert settings.access is Access.ADMIN
    assert settings.demo is False
    assert (settings.orchestrator, settings.responder) == ("gemini-3.8-flash", "claude-sonnet-5-5")
    assert [role.name for role in settings.roles] == ["chat", "orchestrator", "coder", "researcher", "writer"]
    assert settings.policies == {}
    assert not file.exists()


def test_each_setting_is_declared_once_with_words_and_a_fitting_default() -> None:
    declared = Settings.declared()

    assert len({setting.key for setting in declared}) == len(declared) > 10
    for setting in declared:
        assert setting.key.count(".") == 1
        assert setting.label
        assert setting.help.endswith(".")
        assert setting.check(setting.default) == setting.default
        if type(setting.default) is int:
            assert setting.unit
            assert setting.minimum is not None
            assert setting.maximum is not None


def test_models_that_the_settings_name_are_in_the_registry(file: Path) -> None:
    settings = load(file)

    assert {settings.orchestrator, settings.responder} <= {model.name for model in settings.models}
    assert settings.role in {role.name for role in settings.roles}


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        (Settings.max_rounds, 0, "Write a whole number from 1 to 100."),
        (Settings.max_rounds, 101, "Write a whole number from 1 to 100."),
        (Settings.max_rounds, True, "Write a whole number from 1 to 100."),
        (Settings.max_rounds, 8.0, "Write a whole number from 1 to 100."),
        (Settings.max_rounds, "8", "Write a whole number from 1 to 100."),
        (Settings.tools_enabled, 1, "Write true or false."),
        (Settings.tools_enabled, "true", "Write true or false."),
        (Settings.workspace_folder, 3, "Write a text in quotation marks."),
        (Settings.color_scheme, "blue", 'Write one of "system", "light", "dark".'),
        (Settings.access, "root", 'Write one of "admin", "user".'),
        (Settings.access, 1, 'Write one of "admin", "user".'),
    ],
)
def test_value_that_does_not_fit_is_refused_in_words(
    file: Path, setting: Setting[Any], value: object, words: str
) -> None:
    settings = load(file)

    with pytest.raises(ValueError, match="Write") as caught:
        settings.set(setting, value)

    assert str(caught.value) == words
    assert settings.get(setting) == setting.default


# --- change and write -------------------------------------------------------------------------------------------------


def test_changed_values_come_back_typed_and_only_they_are_written(file: Path) -> None:
    settings = load(file)

    settings.max_rounds = 5
    settings.access = Access.USER
    settings.demo = True
    settings.workspace_folder = 'C:\\Daten "neu"'
    settings.save()

    again = load(file)
    assert (again.max_rounds, again.access, again.demo) == (5, Access.USER, True)
    assert again.workspace_folder == 'C:\\Daten "neu"'
    written = tomlkit.parse(file.read_text(encoding="utf-8")).unwrap()
    assert written == {
        "run": {"max_rounds": 5, "access": "user", "demo": True},
        "workspace": {"folder": 'C:\\Daten "neu"'},
    }


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_file_is_private(file: Path) -> None:
    write(file, "").chmod(0o644)
    settings = load(file)

    settings.max_rounds = 5
    settings.save()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


HAND_WRITTEN = """\
# my settings
later = "a newer program's"

[run]   # how a run goes
max_rounds = 12   # enough
colour = "?"

[[role]]   # mine
name = "writer"
responder = "claude-opus-5-5"   # the good one
mood = "calm"

[newer]
thing = [1, 2]   # kept
"""


def test_comments_order_and_unknown_names_stay_on_write(file: Path) -> None:
    write(file, HAND_WRITTEN)
    settings, _ = Settings.load(file)
    assert settings.max_rounds == 12

    settings.max_rounds = 20
    settings.set_roles([*settings.roles[:-1], settings.roles[-1].model_copy(update={"responder": "claude-haiku-5-5"})])
    settings.save()

    assert file.read_text() == HAND_WRITTEN.replace("= 12", "= 20").replace("claude-opus-5-5", "claude-haiku-5-5")


def test_windows_line_ends_and_mark_are_understood(file: Path) -> None:
    write(file, "\ufeff[run]\r\nmax_rounds = 12 # enough\r\n")
    settings = load(file)
    assert settings.max_rounds == 12

    settings.max_rounds = 13
    settings.save()

    assert load(file).max_rounds == 13
    assert b"# enough\r\n" in file.read_bytes()


def test_edit_made_by_hand_in_the_meantime_survives_a_save(file: Path) -> None:
    settings = load(file)
    settings.max_rounds = 5
    write(file, "[run]\ndemo = true # by hand\nmax_rounds = 9\n")

    settings.save()
    write(file, file.read_text().replace("5", "6"))
    settings.save()

    assert file.read_text() == "[run]\ndemo = true # by hand\nmax_rounds = 6\n", (
        "what was saved once is not pressed again"
    )


def test_nothing_changed_means_nothing_written(file: Path) -> None:
    settings = load(file)

    settings.max_rounds = 8
    settings.save()

    assert not file.exists()


def test_override_holds_for_this_start_and_is_never_written(file: Path) -> None:
    settings = load(file)

    settings.override(Settings.demo, True)
    settings.max_rounds = 5
    settings.save()

    assert settings.demo is True
    assert file.read_text().endswith("[run]\nmax_rounds = 5\n")

    settings.demo = False
    assert load(file).demo is settings.demo is False


def test_listeners_hear_of_changes_until_they_stop(file: Path) -> None:
    settings = load(file)
    heard: list[str] = []
    stop = settings.listen(heard.append)

    settings.max_rounds = 5
    settings.max_rounds = 5
    settings.set_policy("run_command", Policy.BLOCK)
    settings.set_roles([])
    stop()
    settings.max_rounds = 6

    assert heard == ["run.max_rounds", "policy", "role"]


def test_saves_of_several_threads_lose_nothing(file: Path) -> None:
    settings = load(file)
    threads = []
    for rounds in range(1, 9):
        settings.max_rounds = rounds
        settings.set_policy(f"tool_{rounds}", Policy.ASK)
        threads.append(threading.Thread(target=settings.save))
        threads[-1].start()
    for thread in threads:
        thread.join()
    settings.save()

    again = load(file)
    assert (again.max_rounds, len(again.policies)) == (8, 8)


@given(
    rounds=st.integers(1, 100),
    folder=st.text(st.characters(codec="utf-8")),
    scheme=st.sampled_from(["system", "light", "dark"]),
    tool=st.text(string.printable, min_size=1),
)
def test_whatever_is_set_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rounds: int, folder: str, scheme: str, tool: str
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    settings = load(file)
    settings.max_rounds, settings.workspace_folder, settings.color_scheme = rounds, folder, scheme
    settings.set_policy(tool, Policy.BLOCK)
    settings.save()

    again = load(file)

    assert (again.max_rounds, again.workspace_folder, again.color_scheme) == (rounds, folder, scheme)
    assert again.policies == {tool: Policy.BLOCK}


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (b"[run]\nmax_rounds = \n", ", line 2: The file is not TOML: "),
        (b"[run]\nmax_rounds = 1\nmax_rounds = 2\n", ": The file is not TOML: "),
        (b"max_rounds = 1\n[run\n", ", line 2: The file is not TOML: "),
        (b"# \xff\xfe\n", ": The file is not UTF-8 text. Save it as UTF-8. "),
    ],
)
def test_damaged_file_is_named_defaults_hold_and_it_is_never_overwritten(file: Path, text: bytes, start: str) -> None:
    write(file, text)

    settings, problems = Settings.load(file)
    settings.max_rounds = 30

    assert len(problems) == 1
    shown = str(problems[0])
    assert shown.startswith(str(file) + start)
    assert shown.endswith("Until then the defaults are in force, and the file is left as it is.")
    assert settings.demo is False
    with pytest.raises(SettingsDamaged, match="Mend it, or move it away"):
        settings.save()
    assert file.read_bytes() == text
    assert settings.max_rounds == 30, "the change holds for this session"

    file.rename(file.with_suffix(".old"))
    settings.save()
    assert load(file).max_rounds == 30


def test_folder_in_place_of_the_file_is_named(file: Path) -> None:
    file.mkdir(parents=True)

    assert problems_of(file) == [
        ": The file cannot be read (Is a directory). "
        "Until then the defaults are in force, and the file is left as it is."
    ]


def test_wrong_values_are_named_by_line_and_the_others_hold(file: Path) -> None:
    write(
        file,
        """\
[run]
max_rounds = "many"
tools_enabled = false
colour = 1
access = "root"

[appearance]
color_scheme = "AIzaSecretSecret"

[elsewhere]
x = 1

[local_server]
api_key = "AIzaSecretSecret"
""",
    )

    settings, problems = Settings.load(file)

    assert [str(problem).removeprefix(str(file)) for problem in problems] == [
        ", line 2: run.max_rounds: Write a whole number from 1 to 100. Until then it is 8.",
        ", line 4: run.colour: No setting has this name; it is left as it is. Look for a typing error.",
        ', line 5: run.access: Write one of "admin", "user". Until then it is "user".',
        ', line 8: appearance.color_scheme: Write one of "system", "light", "dark". Until then it is "system".',
        ", line 11: elsewhere.x: No setting has this name; it is left as it is. Look for a typing error.",
        ", line 14: local_server.api_key: A key does not belong in this file. Remove the line; enter it in the window.",
    ]
    assert (settings.max_rounds, settings.tools_enabled, settings.access) == (8, False, Access.USER)
    assert "AIza" not in repr(problems)


def test_wrong_value_stays_in_the_file_until_it_is_set(file: Path) -> None:
    write(file, '[run]\nmax_rounds = "many" # ?\n')
    settings, _ = Settings.load(file)

    settings.demo = True
    settings.save()
    assert 'max_rounds = "many" # ?' in file.read_text()

    settings.max_rounds = 9
    settings.save()
    assert "max_rounds = 9 # ?" in file.read_text()


def test_value_where_a_table_must_be_is_not_overwritten(file: Path) -> None:
    write(file, "run = 3\n")
    settings, problems = Settings.load(file)
    settings.max_rounds = 9

    with pytest.raises(SettingsDamaged, match="'run' has a value in the file, and must be a table"):
        settings.save()

    assert len(problems) == 1
    assert file.read_text() == "run = 3\n"


# --- models, roles, policies ------------------------------------------------------------------------------------------


def test_rows_of_the_file_join_and_replace_the_built_in_ones(file: Path) -> None:
    write(
        file,
        """\
[[model]]
name = "qwen3"
provider = "openai-compatible"
label = "Qwen at home"
host = "http://localhost:11434/v1"

[[role]]
name = "coder"
responder = "qwen3"
fallbacks = ["claude-haiku-5-5"]
tools = []
access = "user"
max_rounds = 3
inject_datetime = false
answer = "summary"

[[role]]
name = "background"
tools_enabled = false
""",
    )

    settings = load(file)

    assert settings.models[-1] == ModelRow(
        name="qwen3", provider="openai-compatible", label="Qwen at home", host="http://localhost:11434/v1"
    )
    assert [role.name for role in settings.roles] == [
        "chat",
        "orchestrator",
        "coder",
        "researcher",
        "writer",
        "background",
    ]
    assert settings.roles[2] == RoleRow(
        name="coder",
        responder="qwen3",
        fallbacks=("claude-haiku-5-5",),
        tools=(),
        access=Access.USER,
        max_rounds=3,
        inject_datetime=False,
        answer="summary",
    )
    assert settings.roles[-1].tools is None
    assert settings.roles[-1].tools_enabled is False


def test_faulty_rows_are_named_and_permit_no_more_than_was_meant(file: Path) -> None:
    write(
        file,
        """\
[[role]]
name = "careful"
access = "users"
tools = "read_file"
max_rounds = 0
answer = "both"
tools_enabled = "no"
mood = "calm"

[[role]]
responder = "claude-opus-5-5"

[[role]]
name = "careful"

[[model]]
name = "mine"
provider = "acme"
""",
    )

    settings, problems = Settings.load(file)

    assert [str(problem).removeprefix(str(file)) for problem in problems] == [
        ": role 2.name: It is missing. Add it. Until then this entry is not used.",
        ", line 1: role.careful: Two entries have this name; the first one holds. Rename the other.",
        ', line 3: role.careful.access: Write one of "user" or "admin". Until then it is "user".',
        ', line 4: role.careful.tools: Write a list of names: ["…", "…"]. Until then the role has no tools.',
        ", line 5: role.careful.max_rounds: Write a whole number, 1 or more. Until then it counts as not there.",
        ', line 6: role.careful.answer: Write one of "responder" or "summary". Until then it counts as not there.',
        ", line 7: role.careful.tools_enabled: Write true or false. Until then it is false.",
        ", line 8: role.careful.mood: No setting has this name; it is left as it is. Look for a typing error.",
        ', line 18: model.mine.provider: Write one of "gemini", "anthropic" or "openai-compatible". '
        "Until then this entry is not used.",
    ]
    assert settings.roles[-1] == RoleRow(name="careful", access=Access.USER, tools=(), tools_enabled=False)
    assert "mine" not in [model.name for model in settings.models]


@pytest.mark.parametrize("text", ["role = 3\n", "role = [1]\n", "[role]\nname = 'x'\n", "policy = 'allow'\n"])
def test_rows_in_another_shape_are_named(file: Path, text: str) -> None:
    settings, problems = Settings.load(write(file, text))

    assert len(problems) == 1
    assert settings.roles == DEFAULT_ROLES


def test_rows_come_back_and_those_removed_go_but_unread_ones_stay(file: Path) -> None:
    write(file, '[[model]]\nname = "odd"\nprovider = "acme" # unread\n\n[[model]]\nname = "old"\nprovider = "gemini"\n')
    settings, problems = Settings.load(file)
    assert len(problems) == 1
    kept = [model for model in settings.models if model.name != "old"]
    new = ModelRow(name="new", provider="openai-compatible", host="http://localhost:1234/v1")

    settings.set_models([*kept, new])
    settings.save()
    settings.set_models([*settings.models, ModelRow(name="newer", provider="gemini")])
    settings.set_models(settings.models[:-1])
    settings.save()

    assert file.read_text().startswith('[[model]]\nname = "odd"\nprovider = "acme" # unread\n')
    assert tomlkit.parse(file.read_text()).unwrap() == {
        "model": [
            {"name": "odd", "provider": "acme"},
            {"name": "new", "provider": "openai-compatible", "host": "http://localhost:1234/v1"},
        ]
    }
    assert Settings.load(file)[0].models == settings.models == (*kept, new)


def test_built_in_rows_are_not_written(file: Path) -> None:
    settings = load(file)

    settings.set_roles(settings.roles)
    settings.save()

    assert "role" not in file.read_text()


def test_policies_are_read_changed_and_taken_back(file: Path) -> None:
    write(file, '[policy]\nwrite_file = "allow" # trusted\nrun_command = "block"\nodd = "maybe"\nworse = 3\n')

    settings, problems = Settings.load(file)

    assert settings.policies == {
        "write_file": Policy.ALLOW,
        "run_command": Policy.BLOCK,
        "odd": Policy.BLOCK,
        "worse": Policy.BLOCK,
    }
    assert [problem.key for problem in problems] == ["policy.odd", "policy.worse"]
    settings.set_policy("write_file", Policy.ASK)
    settings.set_policy("run_command", None)
    settings.set_policy("never_there", None)
    settings.set_policy("tool.with dots", Policy.ASK)
    settings.save()
    assert file.read_text() == (
        '[policy]\nwrite_file = "ask" # trusted\nodd = "maybe"\nworse = 3\n"tool.with dots" = "ask"\n'
    )
