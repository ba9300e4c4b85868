from tools import apt, cache, npm
from tools.ui import Stop


def test_what_is_here_is_not_installed(monkeypatch):
    monkeypatch.setattr(npm, "is_here", lambda: True)
    monkeypatch.setattr(apt, "install", None)
    assert npm.available()


def test_node_is_installed_where_that_is_allowed(monkeypatch):
    installed = []
    monkeypatch.setattr(npm, "is_here", lambda: bool(installed))
    monkeypatch.setattr(apt, "install", lambda packages, log: installed.extend(packages))
    assert npm.available()
    assert installed == npm.DEBIAN


def test_the_tests_are_told_where(monkeypatch, tmp_path):
    monkeypatch.setattr(npm, "available", lambda: True)
    monkeypatch.setattr(cache, "built", lambda name, build: tmp_path)
    assert npm.variables() == {"MARKETPLACE_NODE_MODULES": str(tmp_path / "node_modules")}


def test_without_a_registry_the_run_goes_on(monkeypatch, capsys):
    def stop(name, build):
        raise Stop("The packages of npm could not be installed.")

    monkeypatch.setattr(npm, "available", lambda: True)
    monkeypatch.setattr(cache, "built", stop)
    assert npm.variables() == {}
    told = capsys.readouterr().err
    assert "could not be installed" in told and "skipped" in told


def test_without_node_the_run_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(npm, "available", lambda: False)
    assert npm.variables() == {}
    assert "skipped" in capsys.readouterr().err
