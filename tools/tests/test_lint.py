import pytest

from tools import lint


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", "    _sql_constraints = []\n"),
        ("models/a.py", "self.env['x'].read_group([], [], [])\n"),
        ("models/a.py", "self._context\n"),
        ("models/a.py", "@http.route('/x', type='json')\n"),
        ("views/a.xml", '<tree string="x">\n'),
        ("views/a.xml", '<field name="view_mode">tree,form</field>\n'),
        ("views/a.xml", '<field name="x" attrs="{}"/>\n'),
        ("data/a.xml", '<field name="numbercall">-1</field>\n'),
        ("views/a.xml", '<group expand="0" string="Group By">\n'),
    ],
)
def test_traps(write, name, text):
    assert name in lint.traps(None, write(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", "self.env['x']._read_group([], [], [])\n"),
        ("models/a.py", "self.env.context\n"),
        ("views/a.xml", "<list/>\n<group string='States'/>\n"),
        ("views/a.xml", '<searchpanel view_types="list"/>\n'),
        ("static/src/a.xml", '<Field attrs="props.attrs"/>\n'),
        ("tools/a.py", "_sql_constraints\n"),
    ],
)
def test_no_trap(write, name, text):
    assert lint.traps(None, write(name, text)) == ""


@pytest.mark.parametrize(
    ("name", "text", "bad"),
    [
        ("connectors/a.py", "import odoo\n", True),
        ("connectors/a.py", "from odoo.fields import Domain\n", True),
        ("connectors/x/a.py", "from ...models import x\n", True),
        ("connectors/x/a.py", "from ..transport import x\n", False),
        ("connectors/a.py", "from .sandbox import x\n", False),
        ("sandbox/a.py", "def f():\n    from connectors import x\n", True),
        ("sandbox/a.py", "import odoorpc\n", False),
        ("models/a.py", "import odoo\nfrom ..connectors import x\n", False),
    ],
)
def test_layers(write, name, text, bad):
    assert bool(lint.layers(None, write(name, text))) == bad


def test_tests_that_odoo_would_never_run(write):
    write("tests/__init__.py", "from . import test_a\n")
    write("tests/test_a.py", "class TestA(TransactionCase): ...\n")
    assert lint.tests_loaded(None, write("tests/common.py", "")) == ""
    assert "test_b.py" in lint.tests_loaded(None, write("tests/test_b.py", ""))
    write("tests/__init__.py", "from . import test_a, test_b\n")
    assert "plain" in lint.tests_loaded(None, write("tests/test_b.py", "class B(TestCase): ...\n"))
