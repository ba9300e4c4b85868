"""What every action at Mirakl shares: picture, sending once, doubt."""

from .. import base, errors, values
from . import mapper, pictures
from .service import path_of


class Action:
    """One operation with its client. Subclasses know the calls."""

    path_of = staticmethod(path_of)

    def __init__(self, client, operation):
        self.client = client
        self.service = client.service
        self.operation = operation

    def picture(self):
        raise NotImplementedError

    def send(self, picture):
        """Send once; returns an Outcome. ValueError: the answer cannot be read."""
        raise NotImplementedError

    def perform(self, before):
        try:
            return self.send(before or {})
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None

    def find(self, before, sent_at):
        raise NotImplementedError

    def is_settled(self, sent_at):
        """Whether a change made at `sent_at` would be visible by now."""
        return self.client.now() >= sent_at + self.client.settle_time

    def settle(self, finding, sent_at):
        """What is not seen may still come."""
        sure = finding.verdict == base.FOUND and finding.outcome.ok
        if sure or self.is_settled(sent_at):
            return finding
        reason = "The marketplace may still be working on it."
        return base.Finding(base.NOT_YET, now=finding.now, reason=reason)


class OrderAction(Action):
    """An action whose traces are on the order."""

    def picture(self):
        node = self.get_order()
        if node is None:
            raise errors.RefusedError("The marketplace does not show this order.", "no_order")
        picture = self.take(node)
        self.check(picture)
        return picture

    def check(self, picture):
        """Raise RefusedError where the order shows that sending would be wrong."""

    def get_order(self):
        """The order's node now; None where Mirakl does not show it."""
        ref = self.operation.order_ref
        for node in self.client.get_order_nodes([ref]) if ref else ():
            if values.text(node.get("order_id")) == ref:
                return node
        return None

    def take(self, node):
        try:
            return pictures.take(node)
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None

    def find(self, before, sent_at):
        node = self.get_order()
        if node is None:
            reason = "The marketplace does not show the order."
            return base.Finding(base.UNDECIDABLE, reason=reason)
        now = self.take(node)
        if not before.get("lines"):
            reason = "No picture was taken before sending."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        return self.settle(self.compare(before, now), sent_at)

    def compare(self, before, now):
        raise NotImplementedError


class ResolveIncidentAction(OrderAction):
    """OR64. That sending it twice is harmless is an assumption."""

    def check(self, picture):
        line = picture["lines"].get(self.operation.line_remote_id)
        if line is None:
            raise errors.RefusedError("The marketplace does not show this order line.", "no_line")
        if not self.operation.reason_code:
            raise errors.RefusedError("The marketplace wants a reason. Choose one.", "no_reason")
        # A sparse answer without a state does not tell: then the marketplace decides.
        if line["remote_state"] and not mapper.is_held(line["remote_state"]):
            raise errors.RefusedError(
                "The incident of this line is closed already: nothing was sent.", "no_incident"
            )

    def send(self, picture):
        operation = self.operation
        path = self.path_of(
            "orders", operation.order_ref, "lines", operation.line_remote_id, "resolve_incident"
        )
        body = {"reason_code": operation.reason_code}
        self.service.send_json("OR64", "PUT", path, body, expected=(204,))
        return base.Outcome(True)

    def settle(self, finding, sent_at):
        return finding

    def compare(self, before, now):
        line = now["lines"].get(self.operation.line_remote_id)
        if line and line["remote_state"] and not mapper.is_held(line["remote_state"]):
            return base.Finding(base.FOUND, base.Outcome(True), now)
        reason = "Marking an incident as solved twice is taken as harmless."
        return base.Finding(base.ABSENT, now=now, reason=reason)
