"""One Mirakl seller, steered through the control API and called through REST."""

import itertools
import json

import requests

_numbers = itertools.count(1)


class MiraklWorld:
    def __init__(self, server, **spec):
        self.server = server
        self.login = f"mirakl{next(_numbers)}"
        self.key = f"key-of-{self.login}"
        spec = {"platform": "mirakl", "login": self.login, "password": self.key, **spec}
        server.control("POST", "sellers", spec)
        self.base = f"{server.url}/mirakl"

    def control(self, method, path="", **body):
        return self.server.control(method, f"sellers/{self.login}/{path}".rstrip("/"), body)

    def state(self):
        return self.control("GET")

    def order(self, **spec):
        return self.control("POST", "orders", **spec)

    def thread(self, **spec):
        return self.control("POST", "threads", **spec)

    def options(self, **options):
        return self.control("PATCH", options=options)

    def fault(self, operation, fault, **more):
        return self.control("POST", "faults", operation=operation, fault=fault, **more)

    def ask(self, method, path, key=None, headers=(), **options):
        """The raw answer of one call below /api."""
        headers = {"Authorization": key or self.key, "Accept": "application/json", **dict(headers)}
        url = f"{self.base}/api{path}"
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def get(self, path, **params):
        """The JSON of a call that must work."""
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path, body):
        return self.ask("PUT", path, json=body)

    def read(self, number, **params):
        """One order as OR11 shows it."""
        return self.get("/orders", order_ids=number, **params)["orders"][0]

    def write(self, path, part, value, files=(), typed=True):
        """A multipart call: the JSON part and [(name, content)] as files."""
        kind = "application/json" if typed else None
        parts = [(part, (None, json.dumps(value), kind) if kind else (None, json.dumps(value)))]
        parts += [("files", (name, content, "application/pdf")) for name, content in files]
        return self.ask("POST", path, files=parts)

    def refund(self, *entries, **more):
        return self.put("/orders/refund", {"refunds": list(entries), **more})

    def cancel(self, *entries, **more):
        return self.put("/orders/cancel", {"cancelations": list(entries), **more})


def give(line, amount, shipping=0, reason="17", **more):
    """One entry of OR28 or OR30."""
    return {
        "order_line_id": line["id"],
        "amount": amount,
        "shipping_amount": shipping,
        "reason_code": reason,
        **more,
    }


def refused(answer, status, text=""):
    """A refusal looks like Mirakl's."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["status"] == status
    assert text in body["message"]
    return True
