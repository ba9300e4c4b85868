"""One batch of comments: sent once, its results matched, what stays open sent one by one.

The shop answers one result for each comment, in order, with the shop's number of the order as
key; for an order that takes no comments it answers nothing at all (contract, 3.2 and 3.5).
"""

import logging
import time
from collections import Counter, defaultdict, deque

from .. import base, errors
from . import comments, const

_logger = logging.getLogger(__name__)
UNSETTLED = -1


class Sending:
    """`run` gives the base.Outcome; raises what the first call raises."""

    def __init__(self, service, batch):
        self._service = service
        self._batch = batch
        self._until = time.monotonic() + const.ONE_BY_ONE_SECONDS

    def run(self):
        problems = [comments.get_problem(comment) for comment in self._batch]
        results = [
            comments.unsendable(comment, problem) if problem else None
            for comment, problem in zip(self._batch, problems, strict=True)
        ]
        left = [index for index, problem in enumerate(problems) if not problem]
        # A call without comments means something else: it only tests the login.
        if left:
            sent = [self._batch[index] for index in left]
            for index, result in zip(left, self._send(sent), strict=True):
                results[index] = result
        ok = all(result.ok for result in results)
        message = next((result.message for result in results if result.message), "")
        return base.Outcome(ok, "" if ok else _get_code(results), message, items=tuple(results))

    def _send(self, sent):
        answers = self._service.set_comments([comments.to_fields(comment) for comment in sent])
        if len(sent) == 1:
            return [_read_alone(sent[0], answers)]
        refs = [comment.order_ref.strip() for comment in sent]
        matched = match(refs, [key for key, _code, _message in answers])
        results = []
        for comment, position in zip(sent, matched, strict=True):
            if position is None:
                results.append(comments.not_taken(comment))
            elif position == UNSETTLED:
                results.append(self._send_alone(comment))
            else:
                results.append(comments.to_result(comment, *answers[position][1:]))
        return results

    def _send_alone(self, comment):
        """Nothing that goes wrong here may hide the results that are known."""
        if time.monotonic() >= self._until:
            return comments.again(comment)
        try:
            answers = self._service.set_comments([comments.to_fields(comment)])
        except errors.ConnectorError as error:
            _logger.warning("Comment %s is sent again later: %s", comment.number, error)
            self._until = 0
            return comments.again(comment)
        return _read_alone(comment, answers, True)


def match(refs, keys):
    """For each order number that was sent the position of its answer, None where the shop gave
    none, UNSETTLED where that cannot be told."""
    known = set(refs)
    if len(refs) == len(keys) and all(
        key == ref or key not in known for ref, key in zip(refs, keys, strict=True)
    ):
        return list(range(len(refs)))
    # A result of an unknown key may belong to any order that has none.
    missing = UNSETTLED if any(key not in known for key in keys) else None
    wanted, positions = Counter(refs), defaultdict(deque)
    for position, key in enumerate(keys):
        positions[key].append(position)
    settled = {ref for ref in known if len(positions[ref]) == wanted[ref]}
    return [
        positions[ref].popleft() if ref in settled else UNSETTLED if positions[ref] else missing
        for ref in refs
    ]


def _read_alone(comment, answers, may_be_there=False):
    """The result of a call with one comment, whatever key the shop names."""
    if not answers:
        return comments.not_taken(comment)
    _key, code, message = answers[0]
    return comments.to_result(comment, code, message, may_be_there)


def _get_code(results):
    codes = {result.code for result in results if not result.ok}
    return codes.pop() if len(codes) == 1 else "refused"
