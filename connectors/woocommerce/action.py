"""What every action shares: picture, sending once, doubt."""

from datetime import timedelta

from .. import base, errors, values
from . import const

NO_PICTURE = "No picture was taken before sending."


class Action:
    """One operation with its client. Subclasses know the calls."""

    def __init__(self, client, operation):
        self.client = client
        self.site = client.site
        self.operation = operation

    def picture(self):
        raise NotImplementedError

    def send(self, picture):
        """Send once; returns an Outcome. Errors of values.MAPPING_ERRORS: the answer cannot be
        read."""
        raise NotImplementedError

    def check_choice(self):
        """Raise RefusedError where the operation lacks something that a person must choose."""

    def perform(self, before):
        self.check_choice()
        return self.read(lambda: self.send(before or {}))

    def find(self, before, sent_at):
        raise NotImplementedError

    def read(self, function):
        """What `function` makes of an answer; UnknownOutcomeError where it is not as expected."""
        try:
            return function()
        except values.MAPPING_ERRORS as error:
            raise self.site.unreadable(error) from None

    def settle(self, finding, sent_at):
        """A call that was given up may still be running there."""
        if finding.verdict == base.FOUND or self.client.now() >= sent_at + self._settle_time():
            return finding
        reason = "The marketplace may still be working on it."
        return base.Finding(base.NOT_YET, now=finding.now, reason=reason)

    def _settle_time(self):
        minutes = self.client.credentials.options.get("settle_minutes")
        return timedelta(minutes=float(const.SETTLE_MINUTES if minutes is None else minutes))


def check_ref(ref, sentence="The shop's numbers of orders are made of digits only."):
    """The number of an order or thread as the API wants it; RefusedError for anything else."""
    ref = ref.strip()
    if not (ref.isascii() and ref.isdigit()):
        raise errors.RefusedError(sentence, "no_order")
    return ref
