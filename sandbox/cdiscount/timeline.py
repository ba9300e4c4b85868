"""Ids sorted by date, so that a window is found without reading what lies outside."""

from bisect import bisect_left, bisect_right, insort


class Timeline:
    """(date, id) pairs in ascending order."""

    def __init__(self, pairs=()):
        self.pairs = sorted(pairs)

    def add(self, moment, key):
        if not self.pairs or (moment, key) >= self.pairs[-1]:
            self.pairs.append((moment, key))
        else:
            insort(self.pairs, (moment, key))

    def remove(self, moment, key):
        """Raises KeyError when the pair is not there."""
        index = bisect_left(self.pairs, (moment, key))
        if index == len(self.pairs) or self.pairs[index] != (moment, key):
            raise KeyError((moment, key))
        del self.pairs[index]

    def window(self, begin=None, end=None):
        """Ids with begin <= date <= end, oldest first; None = open."""
        low = 0 if begin is None else bisect_left(self.pairs, begin, key=_moment)
        high = len(self.pairs) if end is None else bisect_right(self.pairs, end, key=_moment)
        return [key for _, key in self.pairs[low:high]]


def _moment(pair):
    return pair[0]
