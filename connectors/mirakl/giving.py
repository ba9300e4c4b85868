"""Giving money back: refunds (OR28) and cancellations before the debit (OR29, OR30).

No call knows an idempotency key: the order is read before sending, and after a doubtful answer
its `refunds[]` and `cancelations[]` are compared with what was there before (contract 1.4).
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from .. import base, errors, money, records, values
from . import pictures
from .action import OrderAction

ZERO = Decimal(0)
NOT_EXECUTED = "not_executed"


@dataclass(frozen=True)
class Part:
    """What is asked of one line, taxes included."""

    line_id: str
    amount: Decimal
    shipping: Decimal
    reason_code: str
    quantity: int | None = None

    @property
    def total(self):
        return self.amount + self.shipping


class GivingAction(OrderAction):
    """`parts`: what is asked; `kind`: of records; `give_back`: what lines must allow."""

    kind = ""
    give_back = ""
    list_name = ""
    id_name = ""
    code = ""
    path = ""

    def get_parts(self, picture):
        raise NotImplementedError

    # Before sending

    def check(self, picture):
        """Raise RefusedError where the order shows that sending would be wrong."""
        parts = self.get_parts(picture)
        if not parts:
            raise errors.NotSupportedError("Nothing was asked to be given back.")
        for part in parts:
            self._check_line(picture, part)
        step = pictures.get_step(picture)
        for line_id, (goods, shipping) in _sum_by_line(parts).items():
            line = picture["lines"][line_id]
            over = max(goods - Decimal(line["left"]), shipping - Decimal(line["left_shipping"]))
            if over >= step:
                raise errors.RefusedError(
                    "More is asked than is left of the line: something was given back meanwhile. "
                    "Nothing was sent. Look at the order and ask again.",
                    "over_left",
                )
            if not line["give_back"]:
                raise errors.RefusedError(
                    "Nothing of this order line can be given back in its present state at the "
                    "marketplace. Nothing was sent.",
                    "no_way",
                )

    def _check_line(self, picture, part):
        line = picture["lines"].get(part.line_id)
        if line is None:
            raise errors.RefusedError("The marketplace does not show this order line.", "no_line")
        if not part.reason_code:
            raise errors.RefusedError("The marketplace wants a reason. Choose one.", "no_reason")
        if part.amount < 0 or part.shipping < 0 or part.total <= 0:
            raise errors.RefusedError("An amount above 0 is needed.", "no_amount")
        if line["give_back"] and line["give_back"] != self.give_back:
            self.refuse_way(line["give_back"])

    def refuse_way(self, give_back):
        if give_back == records.BY_CANCELLATION:
            raise errors.RefusedError(
                "The customer is not charged yet: cancel the line instead. Nothing was sent.",
                "not_debited",
            )
        raise errors.RefusedError(
            "The customer is charged already: refund the line instead. Nothing was sent.",
            "debited",
        )

    # Sending

    def send(self, picture):
        parts = self.get_parts(picture)
        if not parts:
            raise errors.NotSupportedError("Nothing was asked to be given back.")
        body = {self.list_name: [self.get_entry(picture, entry) for entry in parts]}
        if picture.get("tax_mode"):
            body["order_tax_mode"] = picture["tax_mode"]
        answer = self.service.send_json(self.code, "PUT", self.path, body)
        return get_outcome(self._read(answer, parts, picture))

    def get_entry(self, picture, part):
        """One entry of `refunds` or `cancelations`, in the order's tax mode."""
        goods, shipping = self._split(picture, part)
        entry = {
            "order_line_id": part.line_id,
            "amount": goods.amount,
            "shipping_amount": shipping.amount,
            "reason_code": part.reason_code,
        }
        if part.quantity is not None:
            entry["quantity"] = part.quantity
        if picture.get("currency"):
            entry["currency_iso_code"] = picture["currency"]
        if goods.taxes:
            entry["taxes"] = money.to_wire(goods)
        if shipping.taxes:
            entry["shipping_taxes"] = money.to_wire(shipping)
        return entry

    def _split(self, picture, part):
        if not picture:
            return money.Money(part.amount), money.Money(part.shipping)
        left = pictures.get_left(picture, part.line_id)
        mode, step = pictures.get_mode(picture), pictures.get_step(picture)
        try:
            return tuple(
                money.split(asked, whole, mode, step)
                for asked, whole in zip((part.amount, part.shipping), left, strict=True)
            )
        except ValueError:
            raise errors.RefusedError(
                "More is asked than is left of the line: something was given back meanwhile. "
                "Nothing was sent. Look at the order and ask again.",
                "over_left",
            ) from None

    # The answer

    def _read(self, answer, parts, picture):
        """One item for each line that was asked; less leaves the outcome unknown."""
        nodes = values.items(answer, self.list_name)
        if len(nodes) != len(parts):
            raise ValueError(f"{len(parts)} asked, {len(nodes)} answered")
        waiting = list(nodes)
        found = []
        for part in parts:
            node = next(
                (n for n in waiting if values.text(n.get("order_line_id")) == part.line_id), None
            )
            if node is None:
                raise ValueError(f"the answer says nothing of line {part.line_id}")
            waiting.remove(node)
            remote_id = values.required(node, self.id_name)
            found.append(
                base.ItemResult(part.line_id, True, amount=part.total, remote_id=remote_id)
            )
        return found

    # Doubt

    def compare(self, before, now):
        """Each asked part is one new entry of its line with the same amounts and reason."""
        new = pictures.get_new(before, now, self.kind)
        step, found = pictures.get_step(now), []
        parts = self.get_parts(before)
        for part in parts:
            entries = new.get(part.line_id, [])
            entry = next((item for item in entries if _is_same(part, item, step)), None)
            if entry:
                entries.remove(entry)
                item = base.ItemResult(part.line_id, True, amount=part.total, remote_id=entry["id"])
            else:
                message = "The marketplace does not show this change."
                item = base.ItemResult(part.line_id, False, NOT_EXECUTED, message)
            found.append(item)
        missing = {item.item for item in found if not item.ok}
        if any(new.get(line_id) for line_id in missing):
            reason = "Something else was given back meanwhile: it may be this or not."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        if len(missing) == len(found):
            reason = "The order shows nothing new that was given back."
            return base.Finding(base.ABSENT, now=now, reason=reason)
        return base.Finding(base.FOUND, get_outcome(found), now)


def _sum_by_line(parts):
    """{line id: (goods, shipping) that are asked of it}"""
    asked = {}
    for part in parts:
        goods, shipping = asked.get(part.line_id, (ZERO, ZERO))
        asked[part.line_id] = (goods + part.amount, shipping + part.shipping)
    return asked


def _is_same(part, item, step):
    return (
        abs(Decimal(item["amount"]) - part.amount) < step
        and abs(Decimal(item["shipping"]) - part.shipping) < step
        and item["reason_code"] == part.reason_code
    )


class RefundAction(GivingAction):
    """OR28, one call for all lines."""

    kind = records.GIVEN_REFUND
    give_back = records.BY_REFUND
    list_name = "refunds"
    id_name = "refund_id"
    code = "OR28"
    path = "orders/refund"

    def get_parts(self, picture):
        return [
            Part(
                line.line_remote_id,
                line.amount,
                line.shipping if line.with_shipping else ZERO,
                line.reason_code,
                line.quantity,
            )
            for line in self.operation.lines
        ]


class RefuseLinesAction(GivingAction):
    """OR30, or OR29 for a whole order of which nothing was cancelled yet."""

    kind = records.GIVEN_CANCELLATION
    give_back = records.BY_CANCELLATION
    list_name = "cancelations"
    id_name = "cancelation_id"
    code = "OR30"
    path = "orders/cancel"

    def get_parts(self, picture):
        return [
            self._get_part(picture, decision)
            for decision in self.operation.decisions
            if decision.refuse
        ]

    def _get_part(self, picture, decision):
        """Without amounts, all that is left of the line is meant."""
        line = picture.get("lines", {}).get(decision.line_remote_id)
        amount, shipping, quantity = decision.amount, decision.shipping, decision.quantity
        if line and not amount and not shipping:
            amount, shipping = Decimal(line["left"]), Decimal(line["left_shipping"])
        if quantity is None:
            whole = line and amount == Decimal(line["left"])
            quantity = pictures.get_quantity_left(line) if whole else 0
        return Part(decision.line_remote_id, amount, shipping, decision.reason_code, quantity)

    def is_whole(self, picture):
        """Whether OR29 does it: it takes neither amounts nor a reason, and gives all that is left
        of every line. So just that is asked, of an order of which nothing was given yet."""
        lines = picture.get("lines", {})
        given = any(line["given"] or pictures.is_over(line) for line in lines.values())
        possible = self.operation.whole_order and picture.get("can_cancel") and not given
        return bool(possible and self._asks_all(picture))

    def _asks_all(self, picture):
        """Whether all that the picture shows as left of every line is asked, and not less."""
        asked, step = _sum_by_line(self.get_parts(picture)), pictures.get_step(picture)
        for line_id, line in picture["lines"].items():
            goods, shipping = asked.get(line_id, (ZERO, ZERO))
            under = max(Decimal(line["left"]) - goods, Decimal(line["left_shipping"]) - shipping)
            if line_id not in asked or under >= step:
                return False
        return True

    def send(self, picture):
        if not self.is_whole(picture):
            return super().send(picture)
        path = self.path_of("orders", self.operation.order_ref, "cancel")
        self.service.send_json("OR29", "PUT", path, expected=(204,))
        return get_outcome(self._get_items(picture))

    def _get_items(self, picture):
        return [
            base.ItemResult(part.line_id, True, amount=part.total)
            for part in self.get_parts(picture)
        ]

    def compare(self, before, now):
        if self.is_whole(before) and self._is_cancelled(now):
            return base.Finding(base.FOUND, get_outcome(self._get_items(before)), now)
        return super().compare(before, now)

    def _is_cancelled(self, now):
        return now["remote_state"] == "CANCELED" or (
            bool(now["lines"]) and all(pictures.is_over(line) for line in now["lines"].values())
        )


def get_outcome(items):
    """The Outcome of results item by item."""
    refused = [item for item in items if not item.ok]
    outcome = base.Outcome(ok=not refused, items=tuple(items))
    if not refused:
        return outcome
    return replace(outcome, code=refused[0].code, message="Only a part of it was accepted.")
