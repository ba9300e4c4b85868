"""The faults that are the same whatever the marketplace speaks."""

from .web import HangUp


def _timeout_before(hub, fault, execute):
    hub.wait(fault.seconds)
    raise HangUp


def _timeout_after(hub, fault, execute):
    execute()
    return _timeout_before(hub, fault, execute)


def _reset_before(hub, fault, execute):
    raise HangUp(reset=True)


def _reset_after(hub, fault, execute):
    execute()
    raise HangUp(reset=True)


def _truncated(hub, fault, execute):
    answer = execute()
    answer.cut = int(len(answer.body) * float(fault.params.get("keep", 0.6)))
    return answer


def _slow(hub, fault, execute):
    hub.wait(fault.seconds)
    return execute()


def _repeated(hub, fault, execute):
    execute()
    return execute()


def _partial(hub, fault, execute):
    """The nearest thing where a call has no items of its own: nothing is executed."""
    raise HangUp(reset=bool(fault.params.get("reset")))


# fault -> function(hub, fault, execute) -> Answer; `execute()` carries the call out.
COMMON = {
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "truncated": _truncated,
    "slow": _slow,
    "repeated": _repeated,
    "partial": _partial,
}
