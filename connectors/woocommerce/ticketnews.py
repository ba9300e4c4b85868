"""What the site's notifications tell of support tickets (contract, 3.3): that somebody wrote, and
when. No call shows what was written, so this is all that can be known without a mail."""

import re

from .. import errors, values
from ..values import text
from . import const

KIND = "support"
# As WCFM writes numbers of tickets in its notifications, in any language.
_NUMBER = re.compile(r"\d{6,}")


class TicketNews:
    """The newest notifications about tickets, those that were read there included."""

    def __init__(self, client):
        self._told = {}
        # What is older may have been pushed out of a full page.
        self._whole_from = None
        for status in ("unread", "read"):
            rows = _read(client, status)
            dates = [self._add(client, row) for row in rows]
            if len(rows) >= const.PAGE:
                oldest = min(filter(None, dates), default=client.now())
                self._whole_from = max(self._whole_from or oldest, oldest)
        if self._told:
            client.vendor.tells_entries = True

    def _add(self, client, row):
        """Returns its date; None where it cannot be read."""
        try:
            found = (values.integer(row.get("ID")), client.vendor.clock.to_utc(row.get("created")))
        except values.MAPPING_ERRORS:
            return None
        if found[1] is not None:
            for number in set(_NUMBER.findall(text(row.get("message")))):
                self._told.setdefault(number, []).append(found)
        return found[1]

    def get_newest(self, number, posted):
        """(id, date) of the newest entry of a ticket; (0, None) where nothing is told but that it
        was opened."""
        told = sorted(self._told.get(number.zfill(6), ()))
        # The first one is about the ticket itself, unless that is gone already: rather once too
        # often open again than missed. The date of a ticket may be wrong by the site's offset.
        if told and posted and told[0][1] - posted < const.FILTER_SLACK and self._has_from(posted):
            told = told[1:]
        return told[-1] if told else (0, None)

    def _has_from(self, posted):
        """Whether all that was told from this date on was read."""
        return self._whole_from is None or self._whole_from < posted - const.FILTER_SLACK


def _read(client, status):
    parameters = {
        "notification_type": KIND,
        "notification_status": status,
        "per_page": const.PAGE,
        "order": "desc",
    }
    try:
        return client.site.get_list(f"{const.WCFM}/notifications", parameters)
    except errors.RefusedError:
        return []
    except errors.NotSentError as error:
        if error.code != "no_route":
            raise
        return []
