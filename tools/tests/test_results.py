from tools import results

LOGGER = "odoo.addons.marketplace_helpdesk"


def line(level, logger, text):
    return f"2026-01-02 03:04:05,678 42 {level} some_db {logger}: {text}\n"


def started(name):
    return line("INFO", f"{LOGGER}.tests.test_case", f"Starting {name} ... ")


def failed(name, flavour="FAIL", logger=f"{LOGGER}.tests.test_case"):
    return line("ERROR", logger, f"{flavour}: {name}\nTraceback (most recent call last):\nBoom")


def report(failures, errors, tests):
    level = "ERROR" if failures + errors else "INFO"
    text = f"{failures} failed, {errors} error(s) of {tests} tests when loading database 'some_db'"
    return line(level, "odoo.tests.result", text)


def numbers(log, code=0):
    found = results.of_odoo(log, code)
    return found.passed, found.failed, found.skipped


def test_each_test_counts_and_so_does_the_clean_log():
    log = started("TestCase.test_one") + started("TestCase.test_two") + report(0, 0, 2)
    assert numbers(log) == (3, 0, 0)


def test_a_failed_test_is_no_complaint_of_the_addon():
    log = started("TestCase.test_one") + failed("TestCase.test_one") + report(1, 0, 1)
    assert numbers(log, 1) == (1, 1, 0)


def test_two_bad_subtests_are_one_failed_test():
    log = started("TestCase.test_one") + "".join(
        failed(f"Subtest TestCase.test_one (i={i})") for i in range(2)
    )
    found = results.of_odoo(log + report(2, 0, 1), 1)
    assert (found.passed, found.failed) == (1, 1)
    assert found.failures[0].count("Boom") == 2


def test_a_class_that_cannot_be_set_up_counts():
    name = f"setUpClass ({LOGGER}.tests.test_case.TestCase)"
    log = failed(name, "ERROR", "odoo.tests.suite") + report(0, 1, 0)
    assert numbers(log, 1) == (1, 1, 0)


def test_skipped_tests_neither_pass_nor_fail():
    skip = line("INFO", f"{LOGGER}.tests.test_case", "skipped TestCase.test_one : no browser")
    assert numbers(started("TestCase.test_one") + skip + report(0, 0, 1)) == (1, 0, 1)


def test_an_installation_that_breaks_is_a_failure():
    log = line("CRITICAL", "odoo.service.server", "Failed to initialize database `x`.\nParseError")
    found = results.of_odoo(log, 255)
    assert found.failed == 1
    assert "ParseError" in found.failures[0]


def test_a_failure_without_a_name_is_not_lost():
    assert numbers(started("TestCase.test_one") + report(0, 1, 1), 1)[1] == 1


def test_an_exit_code_is_not_lost():
    assert numbers(started("TestCase.test_one") + report(0, 0, 1), 1)[1] == 1


def test_a_warning_of_the_addon_fails():
    for logger, text in (
        (f"{LOGGER}.models.case", "no such field"),
        ("odoo.fields", "Field marketplace.case.name of marketplace_helpdesk: unknown parameter"),
    ):
        log = started("TestCase.test_one") + line("WARNING", logger, text) + report(0, 0, 1)
        assert numbers(log) == (1, 1, 0)


def test_warnings_of_others_do_not():
    log = (
        line("WARNING", "odoo.addons.mail.models.mail", "no mail server")
        + line("ERROR", "odoo.sql_db", "bad query: CREATE EXTENSION IF NOT EXISTS pg_trgm")
        + started("TestCase.test_one")
        + report(0, 0, 1)
    )
    assert numbers(log) == (2, 0, 0)


def test_junit(tmp_path):
    path = tmp_path / "junit.xml"
    path.write_text(
        "<testsuites><testsuite>"
        "<testcase classname='a' name='good'/>"
        "<testcase classname='a' name='bad'><failure message='x'>text</failure></testcase>"
        "<testcase classname='a' name='bad'><error message='teardown'/></testcase>"
        "<testcase classname='a' name='later'><skipped/></testcase>"
        "<testcase classname='' name='a.b'><error>cannot be imported</error></testcase>"
        "</testsuite></testsuites>"
    )
    found = results.of_junit(path, "suite")
    assert (found.passed, found.failed, found.skipped) == (1, 2, 1)


def test_the_closing_line():
    assert str(results.Results(3, 0)) == "3 passed, 0 failed"
    assert str(results.Results(3, 1, 2)) == "3 passed, 1 failed, 2 skipped"
