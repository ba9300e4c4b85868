"""Reading a list that moves while it is read: orders by the date of their change.

OR11 pages by offset: an order that changes while pages are read leaves its window, and all after
it move up by one, over the edge of a page. So a window is cut until it fits one page.
"""

import logging
from datetime import datetime, timedelta

from . import const

_logger = logging.getLogger(__name__)


def get_begin(cursor, since, now):
    """Where to start: the mark less the overlap, else the start of the first import."""
    if cursor and cursor.get("until"):
        begin = datetime.fromisoformat(cursor["until"]) - const.OVERLAP
    else:
        begin = since or now - timedelta(days=1)
    return min(begin, now - const.OVERLAP)


def walk(read, begin, now):
    """Yield (nodes, end of what is surely read, or None within a window) up to `now`.

    `read`: function (begin, end, offset) -> (nodes, total).
    """
    length = now - begin
    while begin < now:
        end = min(begin + length, now)
        nodes, total = read(begin, end, 0)
        if total <= len(nodes):
            yield nodes, end
            begin, length = end, length * 2
        elif end - begin > const.SHORTEST_WINDOW:
            length = max((end - begin) * const.WANTED_IN_WINDOW / total, const.SHORTEST_WINDOW)
        else:
            yield from _walk_back(read, begin, end, total)
            begin = end


def _walk_back(read, begin, end, total):
    """Many orders changed within seconds: pages from the last to the first.

    Orders leave such a window, none enters it: those that follow move to pages not yet read.
    """
    for offset in range((total - 1) // const.PAGE * const.PAGE, -1, -const.PAGE):
        nodes, _total = read(begin, end, offset)
        yield nodes, end if not offset else None


def log_broken(broken):
    for record in broken:
        _logger.warning("%s cannot be read: %s", record.remote_id, record.error)
