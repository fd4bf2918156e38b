"""Settings: which place wins, what is refused, and what a message may show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from invoicekit.config import load_config
from invoicekit.errors import ConfigurationError, IncompatibleAdapter
from invoicekit.secret import Secret

from .conftest import KEY, NEEDED, AcmeConfig, WriteFile, load, shown


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
        config = load({"workspace_id": "w1"}, {"ACME_KEY": f" {KEY}\n"}, profile={"api_key_env": "ACME_KEY"})

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

    @pytest.mark.parametrize("key", ["api_key_file", "api_key_env"])
    @pytest.mark.parametrize("value", ["", 5])
    def test_where_it_is_kept_must_be_said_in_words(self, key: str, value: object) -> None:
        """The name of a file or a variable, nothing else."""
        with pytest.raises(ConfigurationError, match=f"{key} in the profile must be text and not empty"):
            load({"workspace_id": "w1"}, profile={key: value})

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
    def test_no_error_shows_the_environment(
        self, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not even in a traceback that shows local variables."""
        for name, value in {"INVOICEKIT_ACME_API_KEY": KEY, "OTHER_SECRET": KEY, **environ}.items():
            monkeypatch.setenv(name, value)

        with pytest.raises(ConfigurationError) as caught:
            load_config(AcmeConfig, provider="acme", arguments={"workspace_id": "w"})

        assert KEY not in shown(caught.value)
