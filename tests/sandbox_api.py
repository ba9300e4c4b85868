"""Steers the sandbox marketplace over its control API, as another process would."""

import json
import os
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("MARKETPLACE_SANDBOX_URL", "http://127.0.0.1:8079")
SMTP = os.environ.get("MARKETPLACE_SANDBOX_SMTP", "127.0.0.1:8025")
TOKEN = os.environ.get("MARKETPLACE_SANDBOX_TOKEN", "")


class Seller:
    """One seller's world at the sandbox; every test makes its own."""

    def __init__(self, **values):
        self.login = f"seller-{uuid.uuid4().hex[:10]}-api"
        self.password = uuid.uuid4().hex
        call("POST", "/sellers", login=self.login, password=self.password, **values)

    def _call(self, method, path="", **values):
        return call(method, f"/sellers/{self.login}{path}", **values)

    @property
    def state(self):
        """Orders, discussions, vouchers, mails as the marketplace has them."""
        return self._call("GET")

    def order(self, **values):
        return self._call("POST", "/orders", **values)

    def change_order(self, number, **values):
        return self._call("PATCH", f"/orders/{number}", **values)

    def refund(self, number, **values):
        """A refund made in the back office. `values`: line, shipping (True)."""
        return self._call("POST", f"/orders/{number}/refunds", **values)

    def give_gesture(self, number, **values):
        """A gesture made in the back office. `values`: amount, motive_id, source, created."""
        return self._call("POST", f"/orders/{number}/gestures", **values)

    def cancel(self, number, **values):
        """A line cancelled before shipment. `values`: line, by (seller; customer)."""
        return self._call("POST", f"/orders/{number}/cancelations", **values)

    def discussion(self, **values):
        return self._call("POST", "/discussions", **values)

    def change_discussion(self, number, **values):
        return self._call("PATCH", f"/discussions/{number}", **values)

    def say(self, number, text, sender="customer", **values):
        path = f"/discussions/{number}/messages"
        return self._call("POST", path, sender=sender, text=text, **values)

    def fault(self, operation, fault, **values):
        return self._call("POST", "/faults", operation=operation, fault=fault, **values)

    def clock(self, **values):
        return self._call("POST", "/clock", **values)

    def configure(self, **values):
        return self._call("PATCH", **values)

    def count(self, operation):
        """How often an operation was called, and how often it was executed."""
        calls = [c for c in self._call("GET", "/calls")["calls"] if c["operation"] == operation]
        return len(calls), len([c for c in calls if c["executed"]])

    def get_order(self, number):
        return next(o for o in self.state["orders"] if o["number"] == number)

    def get_discussion(self, number):
        return next(d for d in self.state["discussions"] if d["id"] == number)


class MiraklSeller(Seller):
    """One shop at the sandbox's Mirakl operator; `password` is its API key.

    `values`: roles (None = shop admin), options (README of the sandbox), clock, shop.
    """

    def __init__(self, **values):
        super().__init__(platform="mirakl", **values)

    def open_incident(self, number, **values):
        """`values`: line (id, SKU or index; else the first), reason_code, by, text (a thread)."""
        return self._call("POST", f"/orders/{number}/incidents", **values)

    def close_incident(self, number, **values):
        return self._call("POST", f"/orders/{number}/incidents/close", **values)

    def dispute_incident(self, number, **values):
        """Only an incident that the shop has resolved can be disputed."""
        return self._call("POST", f"/orders/{number}/incidents/dispute", **values)

    def refund(self, number, **values):
        """A refund made in the back office. `values`: line, amount, shipping, reason_code."""
        return self._call("POST", f"/orders/{number}/refunds", **values)

    def cancel(self, number, **values):
        """A cancellation made in the back office, as `refund`."""
        return self._call("POST", f"/orders/{number}/cancelations", **values)

    def payout(self, number):
        """The customer gets all refunds of the order that wait."""
        return self._call("POST", f"/orders/{number}/payout")

    def thread(self, **values):
        """`values`: order_number (else with the operator), sender, text, to, topic, files, at."""
        return self._call("POST", "/threads", **values)

    def say(self, number, text, sender="customer", **values):
        path = f"/threads/{number}/messages"
        return self._call("POST", path, sender=sender, text=text, **values)

    def no_reply_needed(self, thread_id, by="SHOP"):
        return self._call("POST", f"/threads/{thread_id}/no_reply_needed", by=by)

    def figures(self, **values):
        """Figures of A21: shares of 1 and seconds, or {period: value}; None drops one."""
        return self._call("POST", "/figures", **values)

    def get_order(self, number):
        return self._call("GET", f"/orders/{number}")

    def get_thread(self, thread_id):
        return self._call("GET", f"/threads/{thread_id}")


class OpensiSeller(Seller):
    """A web shop with OpenSi beside it: a shop side (a SOAP server) and an ERP side (its client).

    `values`: options (README of the sandbox), clock, shop. Login and password serve both sides.
    """

    def __init__(self, **values):
        super().__init__(platform="opensi", **values)

    @property
    def shop_url(self):
        """Where this shop takes setComments."""
        return f"{URL}/opensi/shop/{self.login}/"

    def block(self, number, blocked=True):
        """The order takes no comments any more: setComments gives no result for them."""
        return self._call("PATCH", f"/orders/{number}", blocked=blocked)

    def get_order(self, number):
        return self._call("GET", f"/orders/{number}")

    def comments(self, number):
        """The comments that the shop shows at this order, in the order they came."""
        return self.get_order(number)["comments"]

    def shop_comment(self, number, **values):
        """A comment that came to the shop some other way. `values`: number (CommentId), text,
        visible, mail, date, own_ref."""
        return self._call("POST", f"/orders/{number}/comments", **values)

    def erp(self):
        """The ERP side: {target, comments: [{number, state, code, message, tries, …}], pushes}."""
        return self._call("GET", "/erp")

    def erp_target(self, **values):
        """Whom the ERP calls. `values`: url, login, password, website_code, version ("1.1"),
        every_seconds (0 = on demand), batch, timeout, retry_codes."""
        return self._call("POST", "/erp/target", **values)

    def erp_comment(self, **values):
        """A comment to be pushed. `values`: web_order, own_order, number, text, date, mail,
        visible; raw ({field: text, null (left out) or True (nil)}), nil (True), xml (verbatim)."""
        return self._call("POST", "/erp/comments", **values)

    def erp_push(self, **values):
        """Send what has no result: {status, fault, problem, results: [{key, code, message}], …}.

        `values`: lose_answer (so many times it hangs up after sending, then sends again),
        give_up (it hangs up and does not send again), password, website_code, version, batch,
        timeout, encoding, empty (a call without comments). A target in Odoo is reached within
        `with self.allow_requests(all_requests=True)` only.
        """
        return self._call("POST", "/erp/push", **values)

    def erp_replay(self, **values):
        """Send everything again (`date`: that day's only); otherwise as `erp_push`."""
        return self._call("POST", "/erp/replay", **values)

    def erp_probe(self, operation="getVersion", **values):
        """{status, fault, problem, text} of getVersion or getDatetime."""
        return self._call("POST", "/erp/probe", operation=operation, **values)


class WooSeller(Seller):
    """A WordPress site with WooCommerce and WCFM, its operator, our vendor and a stranger.

    `login` and `password` are our vendor's (JWT). `values`: options (README of the sandbox),
    clock, shop. Webhooks are delivered by `deliver()`, unless option `webhook_delivery` is "auto".
    """

    def __init__(self, options=None, **values):
        options = {"webhook_delivery": "manual", **(options or {})}
        super().__init__(platform="woocommerce", options=options, **values)

    @property
    def url(self):
        """The site's home."""
        return f"{URL}/woocommerce/{self.login}"

    @property
    def access(self):
        """{consumer_key, consumer_secret, operator, vendor, stranger, customer}; the last four
        are {id, login, password, application_password}."""
        return self._call("GET", "/access")

    def key(self, permissions="read_write", user="operator"):
        """A further consumer key: {consumer_key, consumer_secret}. `user`: as in `access`."""
        return self._call("POST", "/keys", permissions=permissions, user=user)

    # order(**values): status, lines [{sku, name, quantity, price (of one, net), vendor}], shipping,
    # fees [{name, total}], tax_rate, customer {first_name, …, email}, guest (True), payment_method,
    # customer_note, created_at, currency, vendor ("ours" or "stranger"), number

    def get_order(self, number):
        return self._call("GET", f"/orders/{number}")

    def note(self, number, text, by="operator", customer=False, **values):
        """A note written in the dashboard. `by`: operator, vendor or system."""
        path = f"/orders/{number}/notes"
        return self._call("POST", path, text=text, by=by, customer=customer, **values)

    def delete_note(self, number, note_id):
        return self._call("DELETE", f"/orders/{number}/notes/{note_id}")

    def refund(self, number, **values):
        """A refund made in the dashboard. `values`: amount, line, shipping, reason, by, paid."""
        return self._call("POST", f"/orders/{number}/refunds", **values)

    def gateway(self, name, **values):
        """Change a payment gateway. `values`: refunds (bool), enabled, title, failure (text)."""
        return self._call("POST", f"/gateways/{name}", **values)

    def inquiry(self, text, **values):
        """`values`: product (SKU; None = about the store), customer {…}, guest, vendor, at."""
        return self._call("POST", "/inquiries", text=text, **values)

    def reply_inquiry(self, number, text, by="customer", **values):
        """`by`: customer, vendor or operator."""
        return self._call("POST", f"/inquiries/{number}/replies", text=text, by=by, **values)

    def get_inquiry(self, number):
        return self._call("GET", f"/inquiries/{number}")

    def ticket(self, order, text, **values):
        """A support ticket. `values`: line (index), category, priority, at."""
        return self._call("POST", "/tickets", order=order, text=text, **values)

    def reply_ticket(self, number, text, by="customer", **values):
        """`values`: status (open, close), priority, at."""
        return self._call("POST", f"/tickets/{number}/replies", text=text, by=by, **values)

    def change_ticket(self, number, **values):
        """`values`: status (open, close), priority."""
        return self._call("PATCH", f"/tickets/{number}", **values)

    def get_ticket(self, number):
        return self._call("GET", f"/tickets/{number}")

    def product(self, sku, **values):
        """`values`: name, price (net), vendor."""
        return self._call("POST", "/products", sku=sku, **values)

    def mails(self):
        """To customers and, with `raw` (the whole mail), notices to vendors."""
        return self._call("GET", "/mails")

    def expire_tokens(self):
        """All JWTs end now."""
        return self._call("POST", "/tokens/expire")

    # Webhooks

    def webhooks(self):
        """With their secret and failure_count."""
        return self._call("GET", "/webhooks")

    def deliver(self, **values):
        """Send what is queued: [{id, webhook_id, topic, body, headers, status, ok, problem}].

        `values`: fail (so many are not sent and count as failed), tamper (signature or body),
        lose_answer (sent, but counted as failed). A target in Odoo is reached within
        `with self.allow_requests(all_requests=True)` only.
        """
        return self._call("POST", "/deliveries/run", **values)

    def deliveries(self):
        """Those made, oldest first, and what is queued: {done: [...], queued: [...]}."""
        return self._call("GET", "/deliveries")

    def replay(self, delivery_id):
        """The same delivery, byte for byte, once more."""
        return self._call("POST", f"/deliveries/{delivery_id}/replay")

    def hook(self, topic, number):
        """Queue a delivery about that order although nothing happened."""
        return self._call("POST", "/hooks", topic=topic, order=number)


def call(method, path, **values):
    """One call of the control API; problems are AssertionErrors with its sentence."""
    request = urllib.request.Request(
        f"{URL}/control{path}",
        method=method,
        data=json.dumps(values).encode() if method != "GET" else None,
        headers={"X-Sandbox-Token": TOKEN, "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"sandbox: {error.code} {error.read().decode()}") from error
