import threading

import pytest

from tools import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MARKETPLACE_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "NEEDED_BYTES", 0)


def test_what_was_interrupted_is_built_anew():
    def broken(path):
        (path / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.built("thing", broken)
    path = cache.built("thing", lambda path: (path / "whole").touch())
    assert not (path / "half").exists()
    assert (path / "whole").exists()


def test_two_at_once_build_once():
    built = []
    wait = threading.Event()

    def slow(path):
        built.append(path)
        wait.wait(0.2)

    threads = [threading.Thread(target=cache.built, args=("thing", slow)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(built) == 1


def test_too_little_space_is_said(monkeypatch):
    monkeypatch.setattr(cache, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(cache.Stop, match="MARKETPLACE_CACHE"):
        cache.built("thing", lambda path: None)
