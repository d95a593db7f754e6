"""What stops a command is a sentence."""

from safeguard.problems import UnusableError


def test_the_error_is_its_sentence() -> None:
    assert (
        str(UnusableError("The file a.toml cannot be read.")) == "The file a.toml cannot be read."
    )
