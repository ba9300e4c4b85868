"""What must happen at Cdiscount exactly once: refund, gesture, refusal of lines, close.

Each action takes a picture, is sent once, and is looked for when its outcome is unknown
(cdiscount_soap contract, sections 1.7 to 1.9). An answer that does not speak of everything that
was asked leaves the outcome unknown.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal

from .. import base, errors, records
from . import answers, const, mapper

NOT_EXECUTED = "not_executed"


class Action:
    """One operation with its client. Subclasses know the calls."""

    def __init__(self, client, operation):
        self.client = client
        self.operation = operation

    def picture(self):
        order = self.get_order()
        if order is None:
            raise errors.RefusedError("Cdiscount does not show this order.", "OrderNotFound")
        self.check(order)
        return get_picture(order)

    def check(self, order):
        """Raise RefusedError where the order shows that sending would be wrong."""

    def get_order(self):
        """The order now; None where Cdiscount does not show it."""
        ref = self.operation.order_ref
        for node in self.client.get_order_nodes({"OrderReferenceList": {"string": [ref]}}):
            if node.text("OrderNumber") == ref:
                try:
                    return mapper.map_order(node)
                except mapper.MAPPING_ERRORS as error:
                    raise self.unknown(error) from None
        return None

    def find(self, before, sent_at):
        """See base: compares the order with `before`."""
        order = self.get_order()
        if order is None:
            reason = "Cdiscount does not show the order."
            return base.Finding(base.UNDECIDABLE, reason=reason)
        now = get_picture(order)
        if not before.get("lines"):
            reason = "No picture was taken before sending."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        finding = self.compare(before, now)
        if finding.verdict != base.FOUND or not finding.outcome.ok:
            if not self.is_settled(sent_at):
                reason = "Changes become visible late at Cdiscount."
                return base.Finding(base.NOT_YET, now=now, reason=reason)
        return finding

    def is_settled(self, sent_at):
        """Whether a change made at `sent_at` would be visible by now."""
        return self.client.now() >= sent_at + self.client.settle_time

    def perform(self):
        """Send once and read the answer; ValueError in it means that it cannot be read."""
        try:
            return self.send()
        except ValueError as error:
            raise answers.unreadable(error, self.client.service.redact) from None

    def unknown(self, why):
        return answers.unreadable(why, self.client.service.redact)

    def refuse_whole(self, result):
        """The error for an answer without any result: a refusal, if it says so itself."""
        if answers.is_clean(result):
            return self.unknown("the answer claims success and lists no result")
        return answers.refusal(result, self.client.service.redact, self.client.now())

    def item(self, name, node, amount=None):
        """ItemResult of a result that carries its own success flag and error text (1.9)."""
        text = self.client.service.redact(node.text("ErrorMessage"))
        success = node.boolean("OperationSuccess")
        if success is None or (success and text):
            raise ValueError(f"the result for {name} contradicts itself")
        if success:
            return base.ItemResult(name, True, amount=amount)
        if const.TECHNICAL.search(text):
            raise ValueError(f"technical problem with {name}: {text}")
        return base.ItemResult(name, False, "refused", answers.explain(text), detail=text)


class LineAction(Action):
    """An action whose traces are line states: refund, refusal.

    `absent_reason`: why sending it again is safe where nothing is seen of it.
    """

    absent_reason = ""

    def get_targets(self):
        """{line remote id: states of records that prove the change}."""
        raise NotImplementedError

    def compare(self, before, now):
        items = self._compare_lines(before, now)
        if any(item.ok for item in items):
            return base.Finding(base.FOUND, get_outcome(items), now)
        return base.Finding(base.ABSENT, now=now, reason=self.absent_reason)

    def _compare_lines(self, before, now):
        """Which asked lines changed, counted by product: lines of one product may swap places."""
        changed = Counter()
        for picture, sign in ((now, 1), (before, -1)):
            for line_id, line in picture["lines"].items():
                changed[(mapper.get_product(line_id), line["state"])] += sign
        items = []
        for line_id, states in self.get_targets().items():
            product = mapper.get_product(line_id)
            proof = next((s for s in states if changed[(product, s)] > 0), None)
            if proof:
                changed[(product, proof)] -= 1
                items.append(base.ItemResult(line_id, True))
            else:
                message = "Cdiscount does not show this change."
                items.append(base.ItemResult(line_id, False, NOT_EXECUTED, message))
        return tuple(items)


class RefundAction(LineAction):
    """CreateRefundVoucher with SellerRefundList, or the older call (1.9)."""

    absent_reason = "No line was refunded, and Cdiscount refuses to refund a line twice."

    def get_targets(self):
        return {line.line_remote_id: (records.LINE_REFUNDED,) for line in self.operation.lines}

    def send(self):
        lines = self.operation.lines
        if not lines:
            raise errors.NotSupportedError("A refund needs at least one line.")
        if any(line.quantity is not None for line in lines):
            raise errors.NotSupportedError(self.client.cannot[base.REFUND_UNITS])
        asked = [_refund_request(line) for line in lines]
        if self.client.credentials.options.get("refund_call") == "after_shipment":
            result = self.client.service.write(
                "CreateRefundVoucherAfterShipment",
                request={
                    "OrderNumber": self.operation.order_ref,
                    "SellerRefundRequestList": {"SellerRefundRequest": asked},
                },
            )
            return self._read(result, "SellerRefundResultList")
        result = self.client.service.write(
            "CreateRefundVoucher",
            request={
                "OrderNumber": self.operation.order_ref,
                "SellerRefundList": {"SellerRefundRequest": asked},
            },
        )
        return self._read(result, "SellerRefundList")

    def _read(self, result, list_name):
        nodes = result.items(list_name, "SellerRefundResult")
        if not nodes:
            raise self.refuse_whole(result)
        by_product = _by_product(nodes)
        items = []
        for line in self.operation.lines:
            product = mapper.get_product(line.line_remote_id)
            if not by_product[product]:
                raise self.unknown(f"the answer says nothing of line {line.line_remote_id}")
            node = by_product[product].pop(0)
            items.append(self.item(line.line_remote_id, node, node.decimal("Value", None)))
        return get_outcome(items)


class GestureAction(Action):
    """CreateRefundVoucher with CommercialGestureList (1.9)."""

    @property
    def motive(self):
        return self.operation.reason_code or const.DEFAULT_GESTURE_MOTIVE

    def send(self):
        if self.operation.amount <= 0 or not self.motive.isdigit():
            raise errors.NotSupportedError("A gesture needs an amount above 0 and a reason.")
        gesture = {"Amount": self.operation.amount, "MotiveId": int(self.motive)}
        result = self.client.service.write(
            "CreateRefundVoucher",
            request={
                "OrderNumber": self.operation.order_ref,
                "CommercialGestureList": {"RefundInformation": [gesture]},
            },
        )
        nodes = result.items("CommercialGestureList", "RefundInformationMessage")
        if not nodes:
            raise self.refuse_whole(result)
        if len(nodes) > 1:
            raise self.unknown("the answer lists more gestures than were asked")
        return get_outcome([self.item(base.GESTURE, nodes[0], nodes[0].decimal("Amount", None))])

    def compare(self, before, now):
        """New vouchers of the seller since `before`, by amount and reason: equal gestures are
        legitimate, so only the difference counts."""
        new = _count_vouchers(now) - _count_vouchers(before)
        count = new[(self.operation.amount, self.motive)]
        if count == 1:
            item = base.ItemResult(base.GESTURE, True, amount=self.operation.amount)
            return base.Finding(base.FOUND, base.Outcome(True, items=(item,)), now)
        if count > 1:
            reason = "Several equal gestures appeared: one may be of somebody else."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        # That every gesture shows in VoucherList is only inferred (1.9).
        reason = "The order shows no such gesture, which is no proof at Cdiscount."
        return base.Finding(base.UNDECIDABLE, now=now, reason=reason)


class RefuseLinesAction(LineAction):
    """ValidateOrderList with every line of the order (1.8)."""

    absent_reason = "No line changed, and Cdiscount refuses to decide a line twice."

    def check(self, order):
        """Every line must be in the call, but not the fees (1.6, 1.8)."""
        decided = {decision.line_remote_id for decision in self.operation.decisions}
        open_lines = {line.remote_id for line in order.lines if line.state == records.LINE_TO_SHIP}
        fees = {line.remote_id for line in order.lines if line.is_fee}
        if open_lines - fees - decided or decided & fees:
            raise errors.RefusedError(
                "Cdiscount wants a decision for every line of the order at once, without fees. "
                "Nothing was sent: look at the order's lines and ask again.",
                "lines_missing",
            )

    def get_targets(self):
        shipped = (records.LINE_SHIPPED, records.LINE_REFUNDED)
        return {
            decision.line_remote_id: (records.LINE_REFUSED,) if decision.refuse else shipped
            for decision in self.operation.decisions
        }

    def send(self):
        operation = self.operation
        if not any(decision.refuse for decision in operation.decisions):
            raise errors.NotSupportedError("A refusal needs at least one line to refuse.")
        whole = all(decision.refuse for decision in operation.decisions)
        if not whole and not (operation.carrier or operation.tracking_url):
            raise errors.RefusedError(
                "Cdiscount wants a carrier or a tracking link for the lines that are shipped. "
                "Nothing was sent.",
                "tracking_missing",
            )
        validate = {
            "OrderNumber": operation.order_ref,
            "OrderState": "ShipmentRefusedBySeller" if whole else "Shipped",
            "OrderLineList": {"ValidateOrderLine": [_decide(d) for d in operation.decisions]},
        }
        if not whole:
            validate["CarrierName"] = operation.carrier or None
            validate["TrackingNumber"] = operation.tracking_number or None
            validate["TrackingUrl"] = operation.tracking_url or None
        result = self.client.service.write(
            "ValidateOrderList",
            validateOrderListMessage={"OrderList": {"ValidateOrder": [validate]}},
        )
        return self._read(result)

    def _read(self, result):
        """`Validated` and `Updated` decide; the answer's own success flag lies (1.8)."""
        for node in result.items("ValidateOrderResults", "ValidateOrderResult"):
            if node.text("OrderNumber") == self.operation.order_ref:
                break
        else:
            raise self.refuse_whole(result)
        validated = node.boolean("Validated")
        if validated is None:
            raise ValueError("Validated is missing")
        lines = node.items("ValidateOrderLineResults", "ValidateOrderLineResult")
        if not validated and not any(line.boolean("Updated") for line in lines):
            return self._refuse_all(node, result)
        by_product = _by_product(lines)
        items = []
        for decision in self.operation.decisions:
            product = mapper.get_product(decision.line_remote_id)
            if not by_product[product]:
                raise self.unknown(f"the answer says nothing of line {decision.line_remote_id}")
            items.append(self._line_item(decision.line_remote_id, by_product[product].pop(0)))
        return get_outcome(items)

    def _line_item(self, line_id, node):
        updated = node.boolean("Updated")
        if updated is None:
            raise ValueError("Updated is missing")
        if updated:
            return base.ItemResult(line_id, True)
        return self._refused_item(line_id, *answers.get_errors(node, "Errors"))

    def _refuse_all(self, node, result):
        code, text = answers.get_errors(node, "Errors")
        text = text or result.text("ErrorMessage")
        error = answers.refusal_of(code, self.client.service.redact(text), self.client.now())
        if not isinstance(error, errors.RefusedError):
            raise error
        items = [
            self._refused_item(decision.line_remote_id, code, text)
            for decision in self.operation.decisions
        ]
        return get_outcome(items)

    def _refused_item(self, line_id, code, text):
        text = self.client.service.redact(text)
        sentence = answers.explain(text, code)
        return base.ItemResult(line_id, False, code or "refused", sentence, detail=text)


class CloseAction(Action):
    """CloseDiscussionList (1.7). Closing twice is harmless: `AlreadyClosed`."""

    def picture(self):
        return {}

    def send(self):
        case_id = self.operation.case_remote_id
        if not case_id.isdigit():
            raise errors.NotSupportedError("A discussion of Cdiscount has a number.")
        result = self.client.service.write(
            "CloseDiscussionList",
            closeDiscussionRequest={"DiscussionIds": {"long": [int(case_id)]}},
        )
        for node in result.items("CloseDiscussionResultList", "CloseDiscussionResult"):
            if node.text("DiscussionId") == case_id:
                return _read_close_status(node.text("OperationStatus"))
        raise self.refuse_whole(result)

    def find(self, before, sent_at):
        return base.Finding(base.ABSENT, reason="Closing a discussion twice is harmless.")


ACTIONS = {
    base.Refund.kind: RefundAction,
    base.Gesture.kind: GestureAction,
    base.RefuseLines.kind: RefuseLinesAction,
    base.Close.kind: CloseAction,
}


def _read_close_status(status):
    default = (False, "Cdiscount did not close it and gave a reason that is not known here.")
    ok, message = const.CLOSE_STATUSES.get(status, default)
    return base.Outcome(
        ok,
        code=status,
        message=message,
        retry_when_answered=status == "UnauthorizedLastAnswer",
    )


def _refund_request(line):
    """SellerRefundRequest; the mode follows the motive (1.9)."""
    motive = line.reason_code or const.DEFAULT_REFUND_MOTIVE
    if motive not in const.REFUND_MOTIVES:
        raise errors.NotSupportedError(f"“{motive}” is no reason for a refund at Cdiscount.")
    return {
        "Mode": const.REFUND_MOTIVES[motive][0],
        "Motive": motive,
        "RefundOrderLine": {
            "Ean": line.ean or None,
            "RefundShippingCharges": line.with_shipping,
            "SellerProductId": mapper.get_product(line.line_remote_id),
        },
    }


def _decide(decision):
    """ValidateOrderLine (1.8)."""
    return {
        "AcceptationState": "ShipmentRefusedBySeller" if decision.refuse else "ShippedBySeller",
        "ProductCondition": decision.condition or None,
        "SellerProductId": mapper.get_product(decision.line_remote_id),
    }


def _by_product(nodes):
    by_product = defaultdict(list)
    for node in nodes:
        by_product[node.text("SellerProductId")].append(node)
    return by_product


def get_outcome(items):
    """The Outcome of results item by item."""
    refused = [item for item in items if not item.ok]
    outcome = base.Outcome(ok=not refused, items=tuple(items))
    if not refused:
        return outcome
    partly = len(refused) < len(items)
    message = "Only a part of it was accepted." if partly else refused[0].message
    return replace(outcome, code=refused[0].code, message=message, detail=refused[0].detail)


def get_picture(order):
    """What decides about an order, JSON-able; amounts as texts.

    {"state", "remote_state", "lines": {line remote id: {"state", "remote_state", "amount",
    "shipping"}}, "vouchers": [{"amount", "reason_code", "created_at"}] of the seller,
    "gestures": the vouchers' sum, "charged", "refunded": lines and vouchers together}
    """
    lines = {
        line.remote_id: {
            "state": line.state,
            "remote_state": line.remote_state,
            "amount": str(line.amount),
            "shipping": str(line.shipping),
        }
        for line in order.lines
        if not line.is_fee
    }
    vouchers = [
        refund
        for refund in order.refunds
        if refund.by_seller and refund.kind == records.GIVEN_GESTURE
    ]
    refunded = sum((line.refunded + line.refunded_shipping for line in order.lines), Decimal(0))
    gestures = sum((voucher.amount for voucher in vouchers), Decimal(0))
    return {
        "state": order.state,
        "remote_state": order.remote_state,
        "lines": lines,
        "vouchers": [
            {
                "amount": str(voucher.amount),
                "reason_code": voucher.reason_code,
                "created_at": voucher.created_at.isoformat() if voucher.created_at else "",
            }
            for voucher in vouchers
        ],
        "charged": str(order.charged),
        "gestures": str(gestures),
        "refunded": str(refunded + gestures),
    }


def _count_vouchers(picture):
    return Counter((Decimal(v["amount"]), v["reason_code"]) for v in picture["vouchers"])
