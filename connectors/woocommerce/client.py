"""What both clients share: one site, notes on orders, operations that are actions."""

from dataclasses import replace

from .. import base, errors, records
from ..action_client import ActionClient
from . import const, mapper, notes, one_by_one, shopcalls
from .site import Site


class SiteClient(ActionClient):
    """`login_class`: how the site is told who calls; `actions`: {kind of operation: Action};
    `small_path`: of a list that is read at small cost."""

    required = ("login", "password", "service_url")
    orders_at_once = const.CALLS_PER_PAGE
    max_comments = 1
    comment_flags = base.MAILED_IF_VISIBLE
    login_class: type
    small_path: str
    store_name = ""  # what the site puts before our notes

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.site = Site(credentials, self.login_class, self._now)

    def close_session(self):
        self.site.close()

    def now(self):
        """Naive UTC."""
        return self._now()

    def answers(self):
        """Whether the site answers a small call now."""
        try:
            self.site.get_list(self.small_path, {"per_page": 1})
        except errors.ConnectorError:
            return False
        return True

    # Notes

    def get_notes(self, order_refs):
        for part in shopcalls.get_chunks(order_refs):
            for ref in part:
                try:
                    found, broken = self.read_notes(ref)
                except errors.RefusedError as error:
                    if error.code != "no_order":
                        raise
                    continue
                except errors.NotSentError as error:
                    if error.code in one_by_one.OF_THE_SITE:
                        raise
                    # A firewall's page about this order alone: others may be read.
                    raise errors.UnknownOutcomeError(str(error), error.code, error.detail) from None
                yield from found
                for item in broken:
                    yield replace(item, remote_id=records.get_note_key(ref, item.remote_id))

    def read_notes(self, order_ref):
        """(records.OrderNotes of an order of ours, oldest first; Broken ones by the shop's
        number)"""
        found, broken = mapper.map_each(*self.get_note_nodes(order_ref))
        return sorted(found, key=notes.get_age), broken

    def get_note_nodes(self, order_ref):
        """(nodes, function that makes a records.OrderNote of one)"""
        raise NotImplementedError

    @classmethod
    def get_comment_problem(cls, comment):
        return notes.get_problem(comment)
