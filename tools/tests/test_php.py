from tools import apt, php


def test_what_is_here_is_not_installed(monkeypatch):
    monkeypatch.setattr(php, "is_here", lambda: True)
    monkeypatch.setattr(apt, "install", None)
    assert php.available()


def test_it_is_installed_where_that_is_allowed(monkeypatch):
    installed = []
    monkeypatch.setattr(php, "is_here", lambda: bool(installed))
    monkeypatch.setattr(apt, "install", lambda packages, log: installed.extend(packages))
    assert php.available()
    assert installed == php.PACKAGES


def test_without_it_the_run_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(php, "is_here", lambda: False)
    monkeypatch.setattr(apt, "install", lambda packages, log: False)
    assert not php.available()
    assert "skipped" in capsys.readouterr().err


def test_php_without_soap_does_not_count(monkeypatch, tmp_path):
    program = tmp_path / "php"
    program.write_text("#!/bin/sh\necho dom; echo json\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert not php.is_here()
    program.write_text("#!/bin/sh\necho dom; echo soap\n")
    assert php.is_here()


def test_no_php_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not php.is_here()
