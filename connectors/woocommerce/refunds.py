"""Giving money back: refunds of lines, and gestures, which are refunds without lines (2.4).

Each carries our own reference: an order that shows it is never asked for the same again, and one
whose answer got lost is known by it; where a shop drops it, by being new and having the same
amounts.
"""

from decimal import Decimal

from .. import base, errors, money, values
from . import const, mapper, pictures
from .action import NO_PICTURE, Action, check_ref
from .entries import get_entry, get_whole, split
from .site import shorten

ZERO = Decimal(0)
NOT_PAID = (
    "The shop shows the refund, but not that the money was paid back. Look at the payment service. "
    "It is sent again only after it was deleted in the shop."
)
NOT_READ = "The shop refused it, but what it shows now cannot be read."
MAYBE_DONE = "The shop refused it, but shows a new refund of the same amount."


class GivingAction(Action):
    """`get_total`: what is asked in all; `get_lines`: what the call says of lines."""

    def get_total(self):
        raise NotImplementedError

    def get_lines(self, picture):
        return []

    def get_items(self, refund_id):
        raise NotImplementedError

    def is_same(self, refund, step):
        """Whether a refund at the shop gives just what is asked."""
        raise NotImplementedError

    # Before sending

    def check_choice(self):
        if self.operation.pay_back is None:
            raise errors.RefusedError(
                "Choose whether the shop's payment service pays the money back, or whether the "
                "refund is only noted there. Nothing was sent.",
                "no_choice",
            )
        if self.get_total() <= 0:
            raise errors.RefusedError("An amount above 0 is needed.", "no_amount")

    def picture(self):
        self.check_choice()
        picture = self._take()
        if self._get_own(picture):
            return picture  # it has happened: see `send`
        self.check(picture)
        if self.operation.pay_back:
            self._check_gateway(picture)
        return picture

    def _get_own(self, picture):
        """The refund that this operation has made already: it shows late, a manager was wrong, or
        Odoo was restored from a copy. None where there is none."""
        for refund in picture.get("refunds", ()):
            if refund["reference"] == self.operation.reference:
                return refund
        return None

    def _take(self):
        node, refunds = self.client.get_order_with_refunds(check_ref(self.operation.order_ref))
        return self.read(lambda: pictures.take(node, refunds))

    def check(self, picture):
        step = money.get_step(picture["currency"])
        if self.get_total() - Decimal(picture["left"]) >= step:
            self.refuse_more()
        if not any(line["give_back"] for line in picture["lines"].values()):
            self.refuse_state()

    def refuse_more(self):
        raise errors.RefusedError(
            "More is asked than is left of the order: something was given back meanwhile. Nothing "
            "was sent. Look at the order and ask again.",
            "over_left",
        )

    def refuse_state(self):
        raise errors.RefusedError(
            "Nothing of this order can be given back in its present state at the shop. Nothing was "
            "sent.",
            "no_way",
        )

    def _check_gateway(self, picture):
        """Asked first: the shop would refuse it with a sentence of its own."""
        gateway = self.client.read_gateway(picture["payment_method"], picture["payment_title"])
        if gateway.can_refund is False:
            raise errors.RefusedError(
                "The payment service of this order cannot pay back by itself. Nothing was sent. "
                "Pay the customer yourself, and have the refund only noted in the shop.",
                "no_gateway",
            )

    # Sending

    def send(self, picture):
        own = self._get_own(picture)
        if own:
            return self._take_over(own)
        operation = self.operation
        # Both flags always: WooCommerce takes an absent one for yes.
        body = {
            "amount": format(self.get_total(), "f"),
            "reason": operation.reason_text,
            "api_refund": operation.pay_back,
            "api_restock": bool(operation.restock),
            "meta_data": [{"key": const.REFERENCE_KEY, "value": operation.reference}],
        }
        lines = self.get_lines(picture)
        if lines:
            body["line_items"] = lines
        path = f"{const.WC}/orders/{check_ref(operation.order_ref)}/refunds"
        try:
            answer = self.site.send_for_object(path, body)
        except errors.RefusedError as error:
            return self._look_again(self._explain(error), picture)
        return self._get_outcome(
            values.required(answer, "id"), values.flag(answer.get("refunded_payment"))
        )

    def _take_over(self, own):
        """What the shop shows of it; nothing is sent."""
        if self.operation.pay_back and not own["is_paid"]:
            raise errors.UnknownOutcomeError(NOT_PAID, "not_paid")
        return self._get_outcome(own["id"], own["is_paid"])

    def _look_again(self, error, before):
        """A server between that repeats calls hands on the refusal of the second copy, after the
        first one was executed: so the order is read once more before a refusal is believed."""
        if isinstance(error, errors.UnknownOutcomeError):
            raise error
        try:
            now = self._take()
        except errors.RefusedError:
            raise error from None
        except errors.ConnectorError as problem:
            raise errors.UnknownOutcomeError(NOT_READ, error.code, problem.detail) from None
        own = self._get_own(now)
        if own:
            return self._take_over(own)
        if self._pick(before, now):
            raise errors.UnknownOutcomeError(MAYBE_DONE, error.code, error.detail)
        raise error

    def _explain(self, error):
        """A payment service that fails may have paid all the same, and the shop takes its own
        record away: only where it says that the service cannot pay back was nothing asked of it."""
        is_sure = const.NO_AUTOMATIC_REFUND.fullmatch(error.detail)
        if error.code != const.NO_REFUND or not self.operation.pay_back or is_sure:
            return error
        return errors.UnknownOutcomeError(
            "The payment service failed, and may have paid all the same: look there first. It "
            f"said: “{shorten(error.detail)}”.",
            error.code,
            error.detail,
        )

    def _get_outcome(self, refund_id, is_paid):
        message = ""
        if self.operation.pay_back and not is_paid:
            message = (
                "The shop noted the refund, and does not say that the money was paid back: look at "
                "the payment service."
            )
        return base.Outcome(True, message=message, items=tuple(self.get_items(refund_id)))

    # Doubt

    def find(self, before, sent_at):
        if "refunds" not in before:
            return base.Finding(base.UNDECIDABLE, reason=NO_PICTURE)
        now = self._take()
        found = self._get_own(now) or self._pick(before, now)
        if not found:
            return self.settle(self._get_absence(now), sent_at)
        if self.operation.pay_back and not found["is_paid"]:
            finding = base.Finding(base.UNDECIDABLE, now=now, reason=NOT_PAID)
            return self.settle(finding, sent_at)
        return base.Finding(base.FOUND, self._get_outcome(found["id"], found["is_paid"]), now)

    def _get_absence(self, now):
        """A refund that the payment service fails on is taken away again by the shop."""
        if self.operation.pay_back:
            reason = (
                "The order shows no new refund, but the payment service may have been asked. Look "
                "there before it is sent again."
            )
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        reason = "The order shows nothing new that was given back."
        return base.Finding(base.ABSENT, now=now, reason=reason)

    def _pick(self, before, now):
        """A new one without any reference that gives just what was asked."""
        if "refunds" not in before:
            return None
        step = money.get_step(now["currency"])
        for refund in pictures.get_new(before, now):
            if not refund["reference"] and self.is_same(refund, step):
                return refund
        return None


class GestureAction(GivingAction):
    """A free amount: no lines, nothing goes back into stock."""

    def get_total(self):
        return self.operation.amount

    def get_items(self, refund_id):
        return [
            base.ItemResult(base.GESTURE, True, amount=self.operation.amount, remote_id=refund_id)
        ]

    def is_same(self, refund, step):
        return not refund["parts"] and abs(Decimal(refund["amount"]) - self.get_total()) < step


class RefundAction(GivingAction):
    """Lines, units, amounts and shipping charges in one refund."""

    def _get_part(self, line):
        """(goods, shipping) that are asked of a line."""
        return line.amount, line.shipping if line.with_shipping else ZERO

    def get_total(self):
        return sum((sum(self._get_part(line)) for line in self.operation.lines), ZERO)

    def check_choice(self):
        super().check_choice()
        if self.operation.restock is None and any(line.quantity for line in self.operation.lines):
            raise errors.RefusedError(
                "Choose whether the units go back into the shop's stock. Nothing was sent.",
                "no_choice",
            )
        if any(min(self._get_part(line)) < 0 for line in self.operation.lines):
            raise errors.RefusedError("An amount above 0 is needed.", "no_amount")

    def check(self, picture):
        step, asked = money.get_step(picture["currency"]), {}
        for line in self.operation.lines:
            if line.line_remote_id not in picture["lines"]:
                raise errors.RefusedError("The shop does not show this order line.", "no_line")
            goods, shipping = asked.get(line.line_remote_id, (ZERO, ZERO))
            part = self._get_part(line)
            asked[line.line_remote_id] = (goods + part[0], shipping + part[1])
        for line_id, (goods, shipping) in asked.items():
            shown = picture["lines"][line_id]
            over = max(goods - Decimal(shown["left"]), shipping - Decimal(shown["left_shipping"]))
            if over >= step:
                self.refuse_more()
            # A line of which nothing is asked may have nothing left.
            if (goods or shipping) and not shown["give_back"]:
                self.refuse_state()
        super().check(picture)

    # What is sent

    def get_lines(self, picture):
        step = money.get_step(picture.get("currency") or "")
        found = [self._get_line(picture, line, step) for line in self.operation.lines]
        shipping = sum((self._get_part(line)[1] for line in self.operation.lines), ZERO)
        if shipping:
            found += self._get_extra(picture, shipping, step)
        return [entry for entry in found if entry]

    def _get_line(self, picture, line, step):
        goods = self._get_part(line)[0]
        if not goods and not line.quantity:
            return None
        shown = picture.get("lines", {}).get(line.line_remote_id)
        left = money.Money.from_json(shown["goods"]) if shown else money.Money(goods)
        entry = get_entry(line.line_remote_id, split(goods, left, step))
        if line.quantity:
            entry["quantity"] = line.quantity
        return entry

    def _get_extra(self, picture, wanted, step):
        """Shipping charges first, then fees, each as far as something is left of it; cents that
        are left over go with the last one."""
        extra = {item_id: money.Money.from_json(m) for item_id, m in picture["extra"].items()}
        known = [item_id for item_id, left in extra.items() if get_whole(left) >= step]
        known = known or list(extra)[:1]
        for item_id in known:
            is_last = item_id == known[-1]
            share = wanted if is_last else min(wanted, get_whole(extra[item_id]).quantize(step))
            if share:
                yield get_entry(item_id, split(share, extra[item_id], step))
            wanted -= share

    def get_items(self, refund_id):
        return [
            base.ItemResult(
                line.line_remote_id,
                True,
                amount=sum(self._get_part(line)),
                remote_id=mapper.get_part_id(refund_id, line.line_remote_id),
            )
            for line in self.operation.lines
        ]

    def is_same(self, refund, step):
        wanted = {}
        for line in self.operation.lines:
            total = sum(self._get_part(line))
            wanted[line.line_remote_id] = wanted.get(line.line_remote_id, ZERO) + total
        shown = {line_id: Decimal(amount) for line_id, amount in refund["parts"].items()}
        lines = {line_id: amount for line_id, amount in wanted.items() if amount}
        return shown.keys() == lines.keys() and all(
            abs(amount - shown[line_id]) < step for line_id, amount in lines.items()
        )
