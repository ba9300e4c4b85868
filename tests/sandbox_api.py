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
