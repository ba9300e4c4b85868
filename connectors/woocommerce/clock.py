"""The site's time: WCFM's dates are local and name no zone (contract, 3.3)."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from .. import values


class SiteClock:
    """From `GET /wp-json/`: a zone by name, which knows summer time, else a fixed offset."""

    def __init__(self, index):
        self.zone = _get_zone(values.text(index.get("timezone_string")))
        if self.zone is None:
            hours = float(values.decimal(index.get("gmt_offset")))
            if not -24 < hours < 24:
                raise ValueError(f"{hours} is no offset")
            self.zone = timezone(timedelta(hours=hours))

    def to_utc(self, text):
        """A local date-time as naive UTC; None for an empty one."""
        local = values.date(text)
        if local is None:
            return None
        return local - local.replace(tzinfo=self.zone).utcoffset()

    def shifted_to_utc(self, text):
        """The same for dates of tickets, to which WCFM adds the site's offset once more."""
        shown = values.date(text)
        if shown is None:
            return None
        once = shown - shown.replace(tzinfo=self.zone).utcoffset()
        return once - once.replace(tzinfo=self.zone).utcoffset()


def _get_zone(name):
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
