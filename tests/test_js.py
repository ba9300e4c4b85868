"""The unit tests of our widgets, in a real browser."""

from odoo.tests import HttpCase, tagged

# Odoo's own test runner says so when everything passed.
PASSED = "[HOOT] Test suite succeeded"
SUITE = "@marketplace_helpdesk"


def get_suite_id(name):
    """The runner's id of a suite: a hash of its name."""
    value = 0
    for letter in name:
        value = ((value << 5) - value + ord(letter)) & 0xFFFFFFFF
    return f"{value:08x}"


@tagged("post_install", "-at_install")
class TestWidgets(HttpCase):
    def test_widgets(self):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={get_suite_id(SUITE)}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal=PASSED,
            error_checker=lambda message: "[HOOT]" not in message,
        )
