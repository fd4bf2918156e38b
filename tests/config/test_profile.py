"""Profiles: where the file is looked for, what a profile holds, and what its errors may show."""

from pathlib import Path
from typing import Any

import pytest

from invoicekit.config import load_profile
from invoicekit.errors import ConfigurationError
from invoicekit.guard import OnDoubt
from invoicekit.secret import Secret

from .conftest import KEY, AcmeConfig, WriteFile, load, shown


class TestProfile:
    def test_a_profile_holds_a_whole_connection(self, write_file: WriteFile) -> None:
        """Provider, journal and policy beside the adapter's own settings."""
        path = write_file(
            f"""
            [profiles.acme]
            provider = "acme"
            journal = "billing.sqlite"
            on_doubt = "resend"
            api_key = "{KEY}"
            workspace_id = "w1"
            page_size = 50

            [profiles.other]
            provider = "other"
            """
        )

        profile = load_profile("acme", path)
        config = load({}, profile=profile)

        assert (profile.name, profile.provider, profile.on_doubt) == ("acme", "acme", OnDoubt.RESEND)
        assert profile.journal == path.parent / "billing.sqlite"
        assert config == AcmeConfig(api_key=Secret(KEY), workspace_id="w1", page_size=50)

    def test_only_the_provider_is_needed(self, write_file: WriteFile) -> None:
        """The rest may come from elsewhere."""
        profile = load_profile("acme", write_file('[profiles.acme]\nprovider = "acme"'))

        assert (profile.journal, profile.on_doubt, dict(profile.settings)) == (None, None, {})

    def test_its_repr_shows_no_value(self, write_file: WriteFile) -> None:
        """Which of them are secrets is known to the adapter alone."""
        path = write_file(f'[profiles.acme]\nprovider = "acme"\napi_key = "{KEY}"\nnested = [["{KEY}"]]')

        profile = load_profile("acme", path)

        assert KEY not in repr(profile)
        assert KEY not in repr(profile.settings)
        assert len(profile.settings) == 2

    def test_messages_name_file_and_profile(self, write_file: WriteFile) -> None:
        """Also through the settings alone, which is what a service passes on."""
        path = write_file('[profiles.acme]\nprovider = "acme"\npage_sise = 1')
        profile = load_profile("acme", path)

        with pytest.raises(ConfigurationError) as caught:
            load(profile=profile.settings)

        assert str(caught.value).startswith(f"page_sise in {path}, profile 'acme' is no setting of acme")

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o622])
    def test_a_plain_key_needs_a_private_file(self, write_file: WriteFile, mode: int) -> None:
        """A key that others can read is refused, with the two ways out."""
        path = write_file(f'[profiles.acme]\nprovider = "acme"\napi_key = "{KEY}"', mode=mode)
        profile = load_profile("acme", path)

        with pytest.raises(ConfigurationError, match="chmod 600") as caught:
            load(profile=profile)

        assert "api_key_env or api_key_file" in str(caught.value)
        assert KEY not in shown(caught.value.with_traceback(None))

    def test_a_file_without_keys_may_be_shared(self, write_file: WriteFile) -> None:
        """A checked-in file names variables and files only."""
        path = write_file(
            '[profiles.acme]\nprovider = "acme"\napi_key_file = "secrets/key"\nworkspace_id = "w1"',
            mode=0o644,
        )
        write_file(KEY, name="secrets/key", mode=0o444)

        config = load({}, profile=load_profile("acme", path))

        assert config.api_key == Secret(KEY)

    def test_an_unknown_one_lists_those_there(self, write_file: WriteFile) -> None:
        """With the likely one first."""
        path = write_file('[profiles.beta]\nprovider = "b"\n[profiles.acme]\nprovider = "a"')

        with pytest.raises(ConfigurationError) as caught:
            load_profile("acne", path)

        assert (
            str(caught.value) == f"{path} has no profile 'acne' (did you mean 'acme'?); there are acme, beta"
        )

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "has no profile 'acme'; there is none"),
            ("[profile.acme]", "unknown key 'profile' (did you mean 'profiles'?); known: profiles"),
            ("profiles = 1", "profiles are tables, each under [profiles.NAME]"),
            ("[profiles]\nacme = 1", "profiles are tables, each under [profiles.NAME]"),
            ("[profiles.acme]", 'provider is missing; write for example provider = "clockify"'),
            ("[profiles.acme]\nprovider = 1", "provider must be text and not empty"),
            ("[profiles.acme]\nprovider = ''", "provider must be text and not empty"),
            ("[profiles.acme]\nprovider = 'a'\njournal = true", "journal must be text and not empty"),
            (
                "[profiles.acme]\nprovider = 'a'\non_doubt = 'hope'",
                "on_doubt is one of ask, resend, not 'hope'",
            ),
            ("[profiles.acme\nprovider = 1", ":1: "),
            ("[profiles.acme]\n\napi_key = k3y-that-must-not-show", ":3: "),
            ("[profiles.acme]\nprovider = 'a", ":2: "),
        ],
    )
    def test_what_is_no_profile_is_named(self, write_file: WriteFile, text: str, said: str) -> None:
        """File, line where there is one, and what is expected; keys on the way do not show."""
        path = write_file(text)

        with pytest.raises(ConfigurationError) as caught:
            load_profile("acme", path)

        assert str(caught.value).startswith(str(path))
        assert said in str(caught.value)
        assert KEY not in shown(caught.value)

    def test_an_error_does_not_show_the_other_keys(self, write_file: WriteFile) -> None:
        """A traceback with local variables holds no key of any profile."""
        path = write_file(
            f'[profiles.acme]\nprovider = 1\napi_key = "{KEY}"\n'
            f'[profiles.b]\napi_key = ["{KEY}"]\nnested = {{ key = "{KEY}" }}'
        )

        with pytest.raises(ConfigurationError) as caught:
            load_profile("acme", path)

        assert KEY not in shown(caught.value)

    def test_other_encodings_are_refused(self, tmp_path: Path) -> None:
        """TOML is UTF-8; the bytes do not show."""
        path = tmp_path / "invoicekit.toml"
        path.write_bytes(b"# \xff " + KEY.encode())

        with pytest.raises(ConfigurationError, match="not UTF-8 text") as caught:
            load_profile("acme", path)

        assert KEY not in shown(caught.value)


class TestFile:
    TEXT = '[profiles.acme]\nprovider = "{}"'

    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        home = tmp_path / "home"
        (tmp_path / "work").mkdir()
        monkeypatch.chdir(tmp_path / "work")
        return home

    def test_the_first_place_wins(self, write_file: WriteFile, home: Path) -> None:
        """Argument, variable, working directory, user."""
        argument = write_file(self.TEXT.format("argument"), name="a.toml")
        variable = write_file(self.TEXT.format("variable"), name="b.toml")
        write_file(self.TEXT.format("here"), name="work/invoicekit.toml")
        write_file(self.TEXT.format("user"), name="home/.config/invoicekit/config.toml")
        environ = {"INVOICEKIT_CONFIG": str(variable), "HOME": str(home)}

        assert load_profile("acme", argument, environ=environ).provider == "argument"
        assert load_profile("acme", environ=environ).provider == "variable"
        assert load_profile("acme", environ={"HOME": str(home)}).provider == "here"

    def test_the_users_own_file_is_the_last(self, write_file: WriteFile, home: Path) -> None:
        """Under the home directory, or where XDG_CONFIG_HOME says."""
        write_file(self.TEXT.format("user"), name="home/.config/invoicekit/config.toml")
        xdg = write_file(self.TEXT.format("xdg"), name="xdg/invoicekit/config.toml").parent.parent

        assert load_profile("acme", environ={"HOME": str(home)}).provider == "user"
        both = {"HOME": str(home), "XDG_CONFIG_HOME": str(xdg)}
        assert load_profile("acme", environ=both).provider == "xdg"

    def test_no_file_at_all_names_the_places(self, home: Path) -> None:
        """So that the first one can be written."""
        with pytest.raises(
            ConfigurationError, match=r"INVOICEKIT_CONFIG is not set.*\./invoicekit\.toml"
        ) as caught:
            load_profile("acme", environ={"HOME": str(home)})

        assert str(home / ".config" / "invoicekit" / "config.toml") in str(caught.value)

    @pytest.mark.parametrize("way", ["argument", "variable"])
    def test_a_named_file_must_be_there(self, write_file: WriteFile, tmp_path: Path, way: str) -> None:
        """Another file is no replacement for the one that was named."""
        write_file(self.TEXT.format("here"), name="work/invoicekit.toml")
        absent = str(tmp_path / "absent.toml")
        ways: dict[str, Any] = {
            "argument": {"path": absent, "environ": {}},
            "variable": {"environ": {"INVOICEKIT_CONFIG": absent}},
        }

        with pytest.raises(ConfigurationError, match=r"absent\.toml: cannot be read \(No such file"):
            load_profile("acme", **ways[way])

    def test_a_relative_journal_starts_from_the_file(self, write_file: WriteFile, tmp_path: Path) -> None:
        """Two working directories never make two journals of one profile."""
        path = write_file(
            '[profiles.acme]\nprovider = "a"\njournal = "j.sqlite"', name="work/invoicekit.toml"
        )

        here = load_profile("acme", environ={})
        named = load_profile("acme", path)

        assert here.journal == named.journal == tmp_path / "work" / "j.sqlite"
