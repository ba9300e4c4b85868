"""Records that take a call each: one that cannot be read never stops the others (promise 3)."""

from .. import errors
from . import const

# After so many in a row it is not for the records: nothing more is asked.
FAILURES_IN_A_ROW = 3
# Codes of errors that are the site's as a whole, whatever was asked.
OF_THE_SITE = (*const.PASSING, "timeout", "network")
# Codes of answers: the record is not there, or not ours.
GONE = ("no_order", "no_case")


class Unreadable(ValueError):
    """One record cannot be read: one of values.MAPPING_ERRORS, so that it is set aside."""


class OneByOne:
    """One for each reading: `ask` for each record, `check` after each page that was yielded.

    What holds for all records (the clock, our own id) is asked for before, without `ask`.
    `answers`: the client's, asked after a time-out: whether the site answers anything else.
    """

    def __init__(self, answers):
        self._answers = answers
        self._failures = []

    def ask(self, function, *arguments):
        """What the function answers. Its error becomes Unreadable where it is this record's."""
        if self._is_over():
            raise Unreadable(_describe(self._failures[-1]))
        try:
            found = function(*arguments)
        except (errors.LoginError, errors.NotSupportedError):
            raise
        except errors.ConnectorError as error:
            hangs = error.code == "timeout" and self._answers()
            if error.code in (*OF_THE_SITE, *GONE) and not hangs:
                raise
            # A run has no time for a second one that hangs: it ends with this page.
            self._failures += [error] * (FAILURES_IN_A_ROW if hangs else 1)
            raise Unreadable(_describe(error)) from None
        self._failures = []
        return found

    def _is_over(self):
        return len(self._failures) >= FAILURES_IN_A_ROW

    def check(self):
        """Raise where too many failed in a row. Their page is stored by now: they are set aside,
        and the next reading goes on behind them."""
        if self._is_over():
            raise self._failures[0]


def _describe(error):
    return f"{error} ({error.code})"
