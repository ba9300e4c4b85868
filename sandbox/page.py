"""placeholder"""

from .web import Answer


class Pages:
    def __init__(self, hub, token=None):
        self.hub = hub

    def answer(self, request):
        return Answer.html("<p>soon</p>")
