import pytest

from tools import apt, ui

NEW = """\
Types: deb
URIs: http://mirror.test/security
Suites: bookworm-security
Components: main

Types: deb deb-src
# a remark
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
"""


def test_one_line_sources(tmp_path):
    (tmp_path / "sources.list").write_text(
        "# deb http://old.test/debian bookworm main\n"
        "deb-src http://source.test/debian bookworm main\n"
        "deb [signed-by=/x.gpg arch=amd64] http://mirror.test/debian bookworm main contrib\n"
    )
    assert apt.mirror(tmp_path, "bookworm") == "http://mirror.test/debian"


def test_deb822_sources(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/other.list").write_text("deb http://other.test stable main\n")
    (tmp_path / "sources.list.d/debian.sources").write_text(NEW)
    assert apt.mirror(tmp_path, "bookworm") == "http://mirror.test/debian"


def test_no_source_is_said(tmp_path):
    with pytest.raises(ui.Stop, match="--odoo"):
        apt.mirror(tmp_path, "bookworm")
