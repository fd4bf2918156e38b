"""Settings: which place wins, what is refused, and what a message may show."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Optional

import attrs
import pytest

from invoicekit.config import Profile, load_config, load_profile
from invoicekit.errors import ConfigurationError, IncompatibleAdapter
from invoicekit.guard import OnDoubt
from invoicekit.secret import Secret

KEY = "k3y-that-must-not-show"


@attrs.frozen(kw_only=True)
class AcmeConfig:
    """Annotations are text here: `from __future__ import annotations`."""

    api_key: Secret
    workspace_id: str
    region: str | None = None
    page_size: int = 200
    settle_seconds: Optional[float] = None  # noqa: UP045  # the older spelling is to work too
    is_sandbox: bool = False
    addon_token: Secret | None = None
    _host: str = "api.example.com"
    computed: str = attrs.field(init=False, default="")


NEEDED: Mapping[str, object] = {"api_key": KEY, "workspace_id": "w1"}
WriteFile = Callable[..., Path]


def load(
    arguments: Mapping[str, object] = NEEDED,
    environ: Mapping[str, str] | None = None,
    profile: Profile | Mapping[str, object] | None = None,
) -> AcmeConfig:
    return load_config(
        AcmeConfig, provider="acme", arguments=arguments, environ=environ or {}, profile=profile
    )


def shown(error: BaseException) -> str:
    """Return everything a careful logger could show: the chain, with local variables."""
    seen = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in seen.stack if "/invoicekit/" in frame.filename]
    chained = error.__context__
    inner = shown(chained) if chained is not None else ""
    return f"{error} {error!r} {error.args} {[frame.locals for frame in frames]} {inner}"


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    def write(text: str, *, name: str = "invoicekit.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


class TestPlaces:
    def test_arguments_alone(self) -> None:
        """What the caller gives is enough, and defaults fill the rest."""
        config = load()

        assert config == AcmeConfig(api_key=Secret(KEY), workspace_id="w1")

    def test_the_environment_alone(self) -> None:
        """One variable for each setting, each text converted to its field's type."""
        config = load(
            arguments={},
            environ={
                "INVOICEKIT_ACME_API_KEY": KEY,
                "INVOICEKIT_ACME_WORKSPACE_ID": "w1",
                "INVOICEKIT_ACME_PAGE_SIZE": "50",
                "INVOICEKIT_ACME_SETTLE_SECONDS": "2.5",
                "INVOICEKIT_ACME_IS_SANDBOX": "true",
                "INVOICEKIT_ACME_HOST": "localhost",
                "INVOICEKIT_OTHER_API_KEY": "not ours",
                "PATH": "/bin",
            },
        )

        assert config == AcmeConfig(
            api_key=Secret(KEY),
            workspace_id="w1",
            page_size=50,
            settle_seconds=2.5,
            is_sandbox=True,
            host="localhost",
        )

    def test_the_process_environment_is_asked_where_none_is_given(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A twelve-factor program passes nothing."""
        monkeypatch.setenv("INVOICEKIT_ACME_API_KEY", KEY)
        monkeypatch.setenv("INVOICEKIT_ACME_WORKSPACE_ID", "w1")

        assert load_config(AcmeConfig, provider="acme").workspace_id == "w1"

    def test_a_name_with_a_dash_has_a_variable_with_an_underscore(self) -> None:
        """A variable's name cannot hold a dash."""
        config = load_config(
            AcmeConfig,
            provider="acme-eu",
            arguments={"workspace_id": "w1"},
            environ={"INVOICEKIT_ACME_EU_API_KEY": KEY},
        )

        assert config.api_key == Secret(KEY)

    def test_argument_before_environment_before_profile(self) -> None:
        """The nearer to the call, the stronger."""
        config = load(
            arguments={**NEEDED, "region": "argument"},
            environ={"INVOICEKIT_ACME_REGION": "environment", "INVOICEKIT_ACME_PAGE_SIZE": "2"},
            profile={"region": "profile", "page_size": 3, "settle_seconds": 3},
        )

        assert (config.region, config.page_size, config.settle_seconds) == ("argument", 2, 3.0)

    def test_none_stands_for_not_given(self) -> None:
        """A caller may pass its own optional parameters on."""
        config = load(arguments={**NEEDED, "region": None}, environ={"INVOICEKIT_ACME_REGION": "eu"})

        assert config.region == "eu"

    def test_a_weaker_value_is_not_converted(self) -> None:
        """What loses need not be usable here."""
        config = load(arguments={**NEEDED, "page_size": 5}, environ={"INVOICEKIT_ACME_PAGE_SIZE": "many"})

        assert config.page_size == 5


class TestMissing:
    def test_it_names_the_key_and_every_place(self) -> None:
        """Nobody has to look the places up."""
        with pytest.raises(ConfigurationError) as caught:
            load(arguments={"workspace_id": "w1"})

        assert str(caught.value) == (
            "acme needs api_key: give api_key=…, or set INVOICEKIT_ACME_API_KEY, "
            "or write api_key, api_key_env or api_key_file in the profile"
        )

    def test_all_are_named_at_once(self) -> None:
        """Two missing settings do not take two runs."""
        with pytest.raises(ConfigurationError, match=r"acme needs api_key.*; acme needs workspace_id"):
            load(arguments={})


class TestUnknown:
    @pytest.mark.parametrize(
        ("place", "called"),
        [
            ({"arguments": {**NEEDED, "page_sise": 1}}, "argument page_sise"),
            ({"environ": {"INVOICEKIT_ACME_PAGE_SISE": "1"}}, "INVOICEKIT_ACME_PAGE_SISE"),
            ({"environ": {"INVOICEKIT_ACME_Page_Size": "1"}}, "INVOICEKIT_ACME_Page_Size"),
            ({"profile": {"page_sise": 1}}, "page_sise in the profile"),
        ],
    )
    def test_it_names_the_key_its_place_and_the_known_ones(
        self, place: Mapping[str, Mapping[str, str]], called: str
    ) -> None:
        """A mistyped setting never silently does nothing."""
        with pytest.raises(ConfigurationError) as caught:
            load(**place)

        message = str(caught.value)
        assert message.startswith(f"{called} is no setting of acme")
        assert "known: addon_token, api_key, host, is_sandbox" in message

    def test_it_says_what_was_probably_meant(self) -> None:
        """One letter off is the usual mistake."""
        with pytest.raises(ConfigurationError, match=r"\(did you mean 'page_size'\?\)"):
            load(arguments={**NEEDED, "page_sise": 1})

    def test_a_field_that_is_not_for_the_caller_is_unknown(self) -> None:
        """Only what the class takes is a setting."""
        with pytest.raises(ConfigurationError, match="argument computed is no setting"):
            load(arguments={**NEEDED, "computed": "x"})

    def test_the_value_is_not_shown(self) -> None:
        """It may be a key under a mistyped name."""
        with pytest.raises(ConfigurationError) as caught:
            load(environ={"INVOICEKIT_ACME_APIKEY": KEY})

        assert KEY not in str(caught.value)


class TestConversion:
    @pytest.mark.parametrize(
        ("key", "given", "expected"),
        [
            ("page_size", "7", 7),
            ("page_size", "-7", -7),
            ("page_size", 7, 7),
            ("settle_seconds", "1e3", 1000.0),
            ("settle_seconds", ".5", 0.5),
            ("settle_seconds", 3, 3.0),
            ("settle_seconds", 0.25, 0.25),
            ("is_sandbox", "TRUE", True),
            ("is_sandbox", "yes", True),
            ("is_sandbox", "on", True),
            ("is_sandbox", "1", True),
            ("is_sandbox", "false", False),
            ("is_sandbox", "no", False),
            ("is_sandbox", "off", False),
            ("is_sandbox", "0", False),
            ("is_sandbox", True, True),
            ("region", " eu ", " eu "),
        ],
    )
    def test_what_is_taken(self, key: str, given: object, expected: object) -> None:
        """Text in its plain form, and values of the type itself."""
        found = getattr(load(arguments={**NEEDED, key: given}), key)

        assert found == expected
        assert type(found) is type(expected)

    @pytest.mark.parametrize(
        ("key", "given", "wanted"),
        [
            ("page_size", "7.0", "a whole number, not '7.0'"),
            ("page_size", "1_000", "a whole number"),
            ("page_size", " 7", "a whole number"),
            ("page_size", "\u0667", "a whole number"),
            ("page_size", "", "a whole number"),
            ("page_size", 7.0, "a whole number"),
            ("page_size", True, "a whole number"),
            ("page_size", 2**63, "a whole number"),
            ("page_size", "9" * 5000, "a whole number"),
            ("settle_seconds", "nan", "a finite number"),
            ("settle_seconds", "inf", "a finite number"),
            ("settle_seconds", "1e999", "a finite number"),
            ("settle_seconds", float("nan"), "a finite number"),
            ("settle_seconds", 10**400, "a finite number"),
            ("settle_seconds", True, "a finite number"),
            ("settle_seconds", "1,5", "a finite number"),
            ("is_sandbox", "maybe", "true or false"),
            ("is_sandbox", "", "true or false"),
            ("is_sandbox", 1, "true or false"),
            ("region", 12, "text and not empty"),
            ("settle_seconds", "1" * 5000 + "x", "a finite number"),
            ("region", "", "text and not empty"),
            ("region", ["eu"], "text and not empty"),
        ],
    )
    def test_what_is_refused(self, key: str, given: object, wanted: str) -> None:
        """Nothing is guessed: the message names the place, what is wanted and what is there."""
        with pytest.raises(ConfigurationError, match=f"^argument {key} must be ") as caught:
            load(arguments={**NEEDED, key: given})

        assert wanted in str(caught.value)
        assert len(str(caught.value)) < 200

    def test_the_classes_own_refusal_is_passed_on(self) -> None:
        """An adapter's ConfigurationError arrives as it is, other complaints become one."""

        @attrs.frozen(kw_only=True)
        class Picky:
            size: int = attrs.field(validator=attrs.validators.ge(1))

        with pytest.raises(ConfigurationError, match=r"^acme: 'size' must be >= 1: 0$"):
            load_config(Picky, provider="acme", arguments={"size": 0}, environ={})

    def test_a_type_of_the_adapters_own_is_left_to_it(self) -> None:
        """A converter of the class decides."""
        config = load_config(Rooted, provider="acme", environ={"INVOICEKIT_ACME_ROOT": "/srv"})

        assert config.root == Path("/srv")


@attrs.frozen(kw_only=True)
class Rooted:
    root: Path = attrs.field(converter=Path)


class TestClasses:
    def test_no_attrs_class_is_the_adapters_mistake(self) -> None:
        """It is not the user's configuration that is wrong."""
        with pytest.raises(IncompatibleAdapter, match="dict is no attrs class"):
            load_config(dict, provider="acme", environ={})

    def test_an_unresolvable_annotation_is_the_adapters_mistake(self) -> None:
        """Types that exist for the type checker alone cannot be converted to."""

        @attrs.frozen(kw_only=True)
        class Absent:
            size: NoSuchType  # type: ignore[name-defined]  # noqa: F821

        with pytest.raises(IncompatibleAdapter, match="NoSuchType"):
            load_config(Absent, provider="acme", environ={})


class TestSecrets:
    def test_a_secret_is_wrapped_wherever_it_comes_from(self) -> None:
        """Nothing but `reveal` gives it back."""
        from_argument = load(arguments=NEEDED)
        from_environment = load({"workspace_id": "w1"}, {"INVOICEKIT_ACME_API_KEY": f" {KEY}\n"})
        already = load({**NEEDED, "api_key": Secret(KEY)})

        for config in (from_argument, from_environment, already):
            assert config.api_key == Secret(KEY)
            assert KEY not in repr(config)

    @pytest.mark.parametrize("value", ["", "  ", 12345678, b"k3y-that-must-not-show", Secret("")])
    def test_an_unusable_secret_is_not_shown(self, value: object) -> None:
        """Not even its wrong half."""
        with pytest.raises(ConfigurationError) as caught:
            load(arguments={**NEEDED, "api_key": value})

        assert str(caught.value) == "argument api_key must be text and not empty"

    def test_a_variable_may_hold_it(self) -> None:
        """A profile says where the key is, not what it is."""
        config = load({"workspace_id": "w1"}, {"ACME_KEY": KEY}, profile={"api_key_env": "ACME_KEY"})

        assert config.api_key == Secret(KEY)

    def test_the_variable_must_be_set(self) -> None:
        """The message names the setting and the variable."""
        with pytest.raises(
            ConfigurationError,
            match="api_key_env in the profile names the environment variable ACME_KEY, which is not set",
        ):
            load({"workspace_id": "w1"}, {"ACME_KEY": ""}, profile={"api_key_env": "ACME_KEY"})

    def test_a_file_may_hold_it(self, write_file: WriteFile) -> None:
        """As secret mounts do; also where the environment names it."""
        path = write_file(f"{KEY}\n", name="key")

        for environ, profile in (
            ({"INVOICEKIT_ACME_API_KEY_FILE": str(path)}, None),
            ({}, {"api_key_file": str(path)}),
        ):
            assert load({"workspace_id": "w1"}, environ, profile).api_key == Secret(KEY)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, r"key cannot be read \(No such file or directory\)"),
            (b"", "key must hold one line of text and nothing else"),
            (b"one\ntwo", "key must hold one line of text and nothing else"),
            (b"\xff\xfe", "key must hold one line of text and nothing else"),
            (b"a\x00b", "key must hold one line of text and nothing else"),
        ],
    )
    def test_the_file_must_hold_one_line(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        """What is no key is refused before anything is signed with it; its text is not shown."""
        path = tmp_path / "key"
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(ConfigurationError, match=said) as caught:
            load({"workspace_id": "w1", "api_key_file": path})

        assert "argument api_key_file" in str(caught.value)
        assert "two" not in shown(caught.value)

    def test_two_spellings_in_one_place_are_refused(self) -> None:
        """Which key would sign is not left to chance."""
        with pytest.raises(ConfigurationError, match="api_key_env in the profile and api_key in the profile"):
            load(profile={"api_key": KEY, "api_key_env": "ACME_KEY"})

    def test_a_nearer_spelling_wins(self) -> None:
        """An argument replaces the profile's, whichever way each is spelt."""
        config = load(profile={"api_key_env": "ACME_KEY"})

        assert config.api_key == Secret(KEY)

    @pytest.mark.parametrize(
        "environ",
        [
            {"INVOICEKIT_ACME_PAGE_SIZE": "x"},
            {"INVOICEKIT_ACME_NO_SUCH": "x"},
            {"INVOICEKIT_ACME_API_KEY_FILE": "/nowhere", "INVOICEKIT_ACME_API_KEY": KEY},
        ],
        ids=["unusable", "unknown", "twice"],
    )
    def test_no_error_shows_the_environment(self, environ: Mapping[str, str]) -> None:
        """Not even in a traceback that shows local variables."""
        variables = {"INVOICEKIT_ACME_API_KEY": KEY, "OTHER_SECRET": KEY, **environ}

        with pytest.raises(ConfigurationError) as caught:
            load_config(
                AcmeConfig, provider="acme", arguments={"workspace_id": "w"}, environ=Hidden(variables)
            )

        assert KEY not in shown(caught.value)


class Hidden(dict[str, str]):
    """An environment whose owner takes care: what then shows is ours."""

    def __repr__(self) -> str:
        return "hidden"


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
            f'[profiles.acme]\nprovider = 1\napi_key = "{KEY}"\n[profiles.b]\napi_key = "{KEY}"'
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
