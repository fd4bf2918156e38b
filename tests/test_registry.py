"""Adapters by name: only the named one is imported, and a bad one disturbs nobody else."""

import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from invoicekit.adapter import Adapter
from invoicekit.errors import (
    AdapterConflict,
    AdapterLoadError,
    AdapterNotFound,
    ConfigurationError,
    IncompatibleAdapter,
)
from invoicekit.registry import Installed, Registry

ACME = """
import attrs
from invoicekit.adapter import Adapter, Capabilities

@attrs.frozen(kw_only=True)
class Config:
    key: str

class Acme(Adapter[Config]):
    name = "acme"
    api = 1
    capabilities = Capabilities(operations={})
    config_type = Config

    @classmethod
    def site(cls, config):
        raise NotImplementedError

    @classmethod
    def refusal(cls, response):
        return None
"""


class Environment:
    """A directory of installed distributions, laid out as an installer does it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.modules: list[str] = []

    def install(
        self, distribution: str, entry_points: str, *, version: str = "1.2.3", metadata: str | None = None
    ) -> Path:
        info = self.path / f"{distribution}-{version}.dist-info"
        info.mkdir()
        head = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(head if metadata is None else metadata)
        (info / "entry_points.txt").write_text(entry_points)
        return info

    def module(self, name: str, source: str) -> None:
        (self.path / f"{name}.py").write_text(source)
        self.modules.append(name)

    def adapter(self, name: str, module: str, source: str, *, distribution: str) -> None:
        self.install(distribution, f"[invoicekit.adapters]\n{name} = {module}:Acme\n")
        self.module(module, source)

    def registry(self, **environ: str) -> Registry:
        return Registry(distributions=lambda: distributions(path=[str(self.path)]), environ=environ)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    monkeypatch.syspath_prepend(tmp_path)
    environment = Environment(tmp_path)
    yield environment
    for name in environment.modules:
        sys.modules.pop(name, None)


def test_an_installed_adapter_is_found_by_its_name(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a source of its own the registry looks along the interpreter's path."""
    monkeypatch.delenv("INVOICEKIT_ADAPTERS", raising=False)
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")

    adapter = Registry().adapter("acme")

    assert issubclass(adapter, Adapter)
    assert adapter.name == "acme"


def test_only_the_named_one_is_imported(environment: Environment) -> None:
    """Code of an adapter that nobody asked for never runs."""
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    environment.adapter("rogue", "ik_rogue", "raise SystemExit('taken over')", distribution="rogue-kit")
    registry = environment.registry()

    registry.installed()
    registry.adapter("acme")

    assert "ik_acme" in sys.modules
    assert "ik_rogue" not in sys.modules


def test_the_path_is_walked_once(environment: Environment) -> None:
    """A registry keeps what it found: a service made from it costs no second scan."""
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    walks = 0

    def counted() -> object:
        nonlocal walks
        walks += 1
        return distributions(path=[str(environment.path)])

    registry = Registry(distributions=counted, environ={})  # type: ignore[arg-type]  # narrower than needed

    assert registry.adapter("acme") is registry.adapter("acme")
    registry.installed()
    assert walks == 1


def test_an_unknown_name_lists_what_there_is(environment: Environment) -> None:
    """The message holds the names, the likely one, and how to install another."""
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    environment.adapter("zeta", "ik_zeta", ACME, distribution="zeta-kit")

    with pytest.raises(AdapterNotFound) as caught:
        environment.registry().adapter("acne")

    message = str(caught.value)
    assert "no adapter is called 'acne' (did you mean 'acme'?)" in message
    assert "installed: acme, zeta" in message
    assert "python -m pip install" in message


def test_nothing_installed_is_said(environment: Environment) -> None:
    """An empty environment gives no empty list."""
    with pytest.raises(AdapterNotFound, match="no adapter is installed"):
        environment.registry().adapter("acme")


def test_no_package_name_is_guessed(environment: Environment) -> None:
    """A mistyped name must not become an order to install a stranger's package."""
    with pytest.raises(AdapterNotFound) as caught:
        environment.registry().adapter("clokify")

    assert "install clokify" not in str(caught.value)
    assert "invoicekit-clokify" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    ["import a_module_nobody_has", "def broken(:", "1 / 0", "raise SystemExit(3)", "Other = 1"],
    ids=["missing", "syntax", "error", "exit", "no such name"],
)
def test_a_failing_import_is_named(environment: Environment, source: str) -> None:
    """Whatever foreign code raises becomes one error, with the distribution, its version and the cause."""
    environment.adapter("acme", "ik_acme", source, distribution="acme-kit")

    with pytest.raises(AdapterLoadError, match=r"adapter 'acme' of acme-kit 1\.2\.3") as caught:
        environment.registry().adapter("acme")

    assert caught.value.__cause__ is not None


def test_a_failing_import_disturbs_no_other(environment: Environment) -> None:
    """The others are still there, before and after."""
    environment.adapter("broken", "ik_broken", "1 / 0", distribution="broken-kit")
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    registry = environment.registry()

    with pytest.raises(AdapterLoadError):
        registry.adapter("broken")

    assert registry.adapter("acme").name == "acme"


def test_two_distributions_with_one_name_are_a_conflict(environment: Environment) -> None:
    """Which of them would get the key is not left to chance: neither is imported, both are named."""
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    environment.adapter("acme", "ik_other", ACME, distribution="other-kit")

    with pytest.raises(AdapterConflict, match=r"acme-kit 1\.2\.3") as caught:
        environment.registry().adapter("acme")

    assert "other-kit 1.2.3" in str(caught.value)
    assert not {"ik_acme", "ik_other"} & set(sys.modules)


def test_one_distribution_found_twice_is_none(environment: Environment, tmp_path: Path) -> None:
    """The same distribution further down the path is shadowed, as its modules are."""
    environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
    below = tmp_path / "below"
    below.mkdir()
    Environment(below).install("Acme.Kit", "[invoicekit.adapters]\nacme = elsewhere:Acme\n", version="1.0")
    registry = Registry(distributions=lambda: distributions(path=[str(tmp_path), str(below)]), environ={})

    assert registry.adapter("acme").__module__ == "ik_acme"
    assert [one.version for one in registry.installed()] == ["1.2.3"]


@pytest.mark.parametrize(
    ("replace", "by", "said"),
    [
        ("api = 1", "api = 0", "written for adapter contract 0, this invoicekit has 1"),
        ("api = 1", "api = 2", "written for adapter contract 2, this invoicekit has 1"),
        ("api = 1", "", "does not say which adapter contract it was written for (api = 1)"),
        ('name = "acme"', 'name = "other"', "calls itself 'other'"),
        ('name = "acme"', "", "calls itself None"),
        ("Adapter[Config]", "object", "does not derive from invoicekit.adapter.Adapter"),
        ("class Acme(Adapter[Config]):", "Acme = len\nclass Another(Adapter[Config]):", "is no class"),
        ("def refusal", "def other", "does not define refusal"),
        ("config_type = Config", "config_type = dict", "no attrs class as its config_type"),
        ("config_type = Config", "", "no attrs class as its config_type"),
    ],
)
def test_what_does_not_fit_the_contract_is_refused(
    environment: Environment, replace: str, by: str, said: str
) -> None:
    """Before it is given any key; the message quotes the distribution and its version."""
    environment.adapter("acme", "ik_acme", ACME.replace(replace, by), distribution="acme-kit")

    with pytest.raises(IncompatibleAdapter, match=r"'acme' of acme-kit 1\.2\.3") as caught:
        environment.registry().adapter("acme")

    assert said in str(caught.value)


class TestInstalled:
    def test_name_distribution_and_version(self, environment: Environment) -> None:
        """Sorted by name, without importing."""
        environment.install("zeta-kit", "[invoicekit.adapters]\nzeta = nowhere:Zeta\n", version="2.0")
        environment.install("acme-kit", "[invoicekit.adapters]\nacme = nowhere:Acme\n")

        listed = environment.registry().installed()

        assert listed == (
            Installed(name="acme", distribution="acme-kit", version="1.2.3"),
            Installed(name="zeta", distribution="zeta-kit", version="2.0"),
        )

    def test_a_conflict_shows(self, environment: Environment) -> None:
        """Each side names the other."""
        environment.install("acme-kit", "[invoicekit.adapters]\nacme = nowhere:Acme\n")
        environment.install("other-kit", "[invoicekit.adapters]\nacme = nowhere:Acme\n")

        problems = [one.problem for one in environment.registry().installed()]

        assert problems == ["also offered by other-kit 1.2.3", "also offered by acme-kit 1.2.3"]

    def test_unreadable_entry_points_show(self, environment: Environment) -> None:
        """One damaged file hides neither itself nor the others."""
        environment.install("acme-kit", "[invoicekit.adapters]\nacme = nowhere:Acme\n")
        environment.install("torn-kit", "[invoicekit.adapters]\nthis line has no value\n")
        registry = environment.registry()

        torn, acme = registry.installed()

        assert (torn.name, torn.origin) == ("", "torn-kit 1.2.3")
        assert "cannot be read" in torn.problem
        assert (acme.name, acme.problem) == ("acme", "")
        with pytest.raises(AdapterNotFound, match=r"torn-kit 1\.2\.3: its entry points cannot be read"):
            registry.adapter("torn")

    def test_strangers_do_not_show(self, environment: Environment) -> None:
        """Other groups and other people's damage are none of ours."""
        environment.install("console-kit", "[console_scripts]\nacme = nowhere:main\n")
        environment.install("torn-kit", "[console_scripts]\nno value\n")
        (environment.install("binary-kit", "") / "entry_points.txt").write_bytes(b"\xff\xfe[x")

        assert environment.registry().installed() == ()

    def test_missing_metadata_shows_the_directory(self, environment: Environment) -> None:
        """A half-removed installation is named by what is left of it."""
        environment.install("acme-kit", "[invoicekit.adapters]\nacme = nowhere:Acme\n", metadata="")

        (acme,) = environment.registry().installed()

        assert acme.origin == "acme-kit-1.2.3.dist-info of unknown version"


class TestAllowList:
    def test_only_what_is_listed_is_loaded(self, environment: Environment) -> None:
        """An operator decides which plugins may ever see a key."""
        environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
        environment.adapter("rogue", "ik_rogue", ACME, distribution="rogue-kit")
        registry = environment.registry(INVOICEKIT_ADAPTERS="clockify, acme")

        assert registry.adapter("acme").name == "acme"
        with pytest.raises(ConfigurationError, match="INVOICEKIT_ADAPTERS"):
            registry.adapter("rogue")

        assert "ik_rogue" not in sys.modules
        assert [one.problem for one in registry.installed()] == ["", "not listed in INVOICEKIT_ADAPTERS"]

    def test_an_empty_list_allows_nothing(self, environment: Environment) -> None:
        """A list that lost its names stays a list."""
        environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")

        with pytest.raises(ConfigurationError, match="INVOICEKIT_ADAPTERS"):
            environment.registry(INVOICEKIT_ADAPTERS="").adapter("acme")

    def test_the_process_environment_counts(
        self, environment: Environment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without an environment given, the real one is asked."""
        environment.adapter("acme", "ik_acme", ACME, distribution="acme-kit")
        monkeypatch.setenv("INVOICEKIT_ADAPTERS", "clockify")

        with pytest.raises(ConfigurationError, match="INVOICEKIT_ADAPTERS"):
            Registry().adapter("acme")


class TestSimulators:
    def test_a_simulator_is_found_in_its_own_group(self, environment: Environment) -> None:
        """Adapters and simulators of one name do not meet."""
        environment.install(
            "acme-kit",
            "[invoicekit.adapters]\nacme = nowhere:Acme\n[invoicekit.simulators]\nacme = ik_sim:Sim\n",
        )
        environment.module("ik_sim", "class Sim:\n    name = 'acme'\n")
        registry = environment.registry()

        assert registry.simulator("acme").__name__ == "Sim"
        assert [one.name for one in registry.simulators()] == ["acme"]

    def test_it_must_know_its_name(self, environment: Environment) -> None:
        """What answers for one provider is never taken for another."""
        environment.install("acme-kit", "[invoicekit.simulators]\nacme = ik_sim:Sim\n")
        environment.module("ik_sim", "class Sim:\n    name = 'other'\n")

        with pytest.raises(IncompatibleAdapter, match=r"simulator 'acme' of acme-kit 1\.2\.3"):
            environment.registry().simulator("acme")

    def test_an_unknown_one_is_called_a_simulator(self, environment: Environment) -> None:
        """The message speaks of what was asked for."""
        with pytest.raises(AdapterNotFound, match="no simulator is called 'acme'"):
            environment.registry().simulator("acme")
