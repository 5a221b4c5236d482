"""What commands see of the environment."""

import pytest

from desktop.engine.tools.environment import command_environment


@pytest.mark.parametrize(
    "name",
    [
        "GEMINI_API_KEY",
        "OPENAI_APIKEY",
        "GITHUB_TOKEN",
        "github_token",
        "AWS_PROFILE",
        "DB_PASSWORD",
        "PGPASSWORD",
        "CLIENT_SECRET",
        "SSH_AUTH_SOCK",
        "DBUS_SESSION_BUS_ADDRESS",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ],
)
def test_secret_names_are_dropped(name: str) -> None:
    assert name not in command_environment({name: "x"})


@pytest.mark.parametrize("value", ["AIza" + "x" * 35, "sk-ant-" + "x" * 30, "ghp_" + "x" * 36])
def test_values_that_look_like_keys_are_dropped(value: str) -> None:
    assert "HARMLESS" not in command_environment({"HARMLESS": value})


def test_the_rest_stays() -> None:
    present = {"PATH": "/bin", "HOME": "/home/ada", "LANG": "C", "SSL_CERT_FILE": "/x", "KEYBOARD": "de"}
    assert command_environment(present).items() >= present.items()


def test_programs_do_not_wait_for_a_terminal() -> None:
    made = command_environment({"PAGER": "less", "TERM": "xterm"})
    assert (made["PAGER"], made["TERM"], made["GIT_TERMINAL_PROMPT"]) == ("cat", "dumb", "0")


def test_libraries_of_the_bundle_do_not_leak_into_commands() -> None:
    made = command_environment({"LD_LIBRARY_PATH": "/bundle", "LD_LIBRARY_PATH_ORIG": "/mine"})
    assert made["LD_LIBRARY_PATH"] == "/mine"
    assert "LD_LIBRARY_PATH_ORIG" not in made
