"""What shall go wrong, how often, and when."""

from dataclasses import dataclass, field

# Faults of HTTP operations. "before" = nothing is executed, "after" = executed, answer lost.
# The names come from SOAP; a marketplace that speaks JSON gives them the nearest meaning.
HTTP_FAULTS = {
    "timeout_before": "wait `seconds`, then close without executing",
    "timeout_after": "execute, wait `seconds`, then close without answering",
    "reset_before": "TCP reset without executing",
    "reset_after": "execute, then TCP reset",
    "http500_before": "HTTP 500 without executing (`bare`: true = not the protocol's own fault)",
    "http500_after": "execute, then HTTP 500 (`bare` as above)",
    "html": "an HTML page instead of the answer (`status`, default 200), not executed",
    "repeated": "a proxy sends the call twice and hands on the second answer",
    "empty": "HTTP 200 with an empty body, executed",
    "truncated": "executed, but the body ends in the middle",
    "quota": "refused for want of quota, not executed (JSON: 429, Retry-After of `seconds`)",
    "slow": "wait `seconds`, then execute and answer",
    "token_expired": "the token is refused as unknown",
    "token_malformed": "the token is refused as malformed",
    "not_authorised": "the token has not the right",
    "huge": "an endless-looking answer of `mb` megabytes, not executed",
    "entity_bomb": "an XML answer with nested entities (JSON: deeply nested), not executed",
    "sql_text": "a refusal whose text is a raw SQL or .NET error (`text`), not executed",
    "wrong_xml": "a well-formed answer of another shape, not executed",
    "item_error": "refuse item `index` (default 0) of the call, accept the others (`text`); "
    "where the call is all or nothing, refuse it",
    "partial": "execute the first `items` (1) items only, then close (`reset`: true = TCP reset); "
    "where the call is all or nothing, execute nothing",
}
SMTP_FAULTS = {
    "reject": "550 at RCPT",
    "temporary": "451 at RCPT",
    "close_before": "the connection drops after DATA, the mail is lost",
    "close_after": "the mail is taken, then the connection drops before the 250",
    "silent": "250, but the mail never reaches the thread",
    "bounce": "250, then a delivery failure notice to the envelope sender",
    "delay": "250, the mail reaches the thread after `seconds`",
}
DEFAULT_SECONDS = 5.0


@dataclass
class Fault:
    """One planned fault. `skip` calls pass first, then `times` calls are hit."""

    operation: str
    fault: str
    times: int = 1
    skip: int = 0
    params: dict = field(default_factory=dict)
    hits: int = 0

    @property
    def seconds(self):
        return float(self.params.get("seconds", DEFAULT_SECONDS))

    def matches(self, operation):
        if self.operation == operation:
            return True
        return self.operation == "*" and operation not in ("token", "smtp", "wsdl", "delivery")

    def as_json(self):
        return {
            "operation": self.operation,
            "fault": self.fault,
            "times": self.times,
            "skip": self.skip,
            "hits": self.hits,
            **self.params,
        }


class FaultPlan:
    """The faults of one seller, first planned first used."""

    def __init__(self):
        self.faults = []

    def add(self, spec):
        """Plan a fault; `spec` as in the control API. Raises ValueError on unknown names."""
        params = dict(spec)
        fault = Fault(
            params.pop("operation", "*"),
            params.pop("fault", ""),
            int(params.pop("times", 1)),
            int(params.pop("skip", 0)),
            params,
        )
        known = SMTP_FAULTS if fault.operation == "smtp" else HTTP_FAULTS
        if fault.fault not in known:
            raise ValueError(f"fault: unknown {fault.fault!r}, known: {', '.join(known)}")
        self.faults.append(fault)
        return fault

    def take(self, operation):
        """The fault that hits this call, or None. Counts the call."""
        for fault in self.faults:
            if fault.matches(operation) and fault.hits < fault.times:
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.hits += 1
                return fault
        return None

    def clear(self, operation=None):
        self.faults = [f for f in self.faults if operation and f.operation != operation]

    def as_json(self):
        return [fault.as_json() for fault in self.faults]
