"""What can go wrong between us and a marketplace, in the four kinds that the jobs tell apart.

The question that decides is always the same: *may the request have been executed?*
Texts are plain English sentences that say what to do; `code` is the marketplace's own word for it.
"""


class ConnectorError(Exception):
    """Base of all.

    The message is a fixed sentence, so that it can be translated; what varies is in `detail`.
    `code`: the marketplace's code or our own short one; `detail`: raw text, redacted.
    """

    code = "error"

    def __init__(self, message, code=None, detail=""):
        super().__init__(message)
        self.code = code or self.code
        self.detail = detail


class NotSentError(ConnectorError):
    """Surely not executed: connection refused, quota, token service down. Try again later.

    `retry_after`: seconds to wait, None where the marketplace does not say.
    """

    code = "not_sent"

    def __init__(self, message, code=None, detail="", retry_after=None):
        super().__init__(message, code, detail)
        self.retry_after = retry_after


class UnknownOutcomeError(ConnectorError):
    """May have been executed: time-out, reset, HTTP 5xx, an answer that cannot be read.

    While reading it means the same as NotSentError: try again later.
    """

    code = "unknown_outcome"


class RefusedError(ConnectorError):
    """The marketplace understood and said no; sending the same again will be refused again."""

    code = "refused"


class LoginError(ConnectorError):
    """Login or rights refused: nothing works until an administrator mends the credentials.

    `may_pass`: in words that are not the marketplace's own, as of a security plugin; only where
    it is said again later, it is so.
    """

    code = "login"
    may_pass = False


class NotSupportedError(ConnectorError):
    """The client was asked for something outside its declared capabilities: our own mistake."""

    code = "not_supported"
