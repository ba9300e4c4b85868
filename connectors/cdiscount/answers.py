"""What Cdiscount's success flags and error texts mean (cdiscount_soap contract, section 1.5)."""

from ..errors import NotSentError, RefusedError, UnknownOutcomeError
from . import const


def explain(text, error_type=""):
    """A plain sentence for a refusal.

    A text that looks technical is never shown; another unknown one is quoted, since it is
    the only reason that there is.
    """
    for pattern, sentence in const.KNOWN_TEXTS:
        if pattern.search(text):
            return sentence
    if error_type in const.ERROR_TYPES:
        return const.ERROR_TYPES[error_type]
    if not text:
        return "Cdiscount refused it and gave no reason."
    if const.TECHNICAL.search(text):
        return "Cdiscount refused it because of a technical problem on its side."
    quoted = " ".join(text.replace("{0}", "").split())[:200]
    return f"Cdiscount refused it: “{quoted}”."


def get_errors(node, name="ErrorList"):
    """(code, text) of the first error in a list of Errors, or ("", "")."""
    for error in node.items(name, "Error"):
        return error.text("ErrorType"), error.text("Message")
    return "", ""


def is_clean(result):
    """Whether an answer claims success and reports nothing. ValueError where it says neither."""
    success = result.boolean("OperationSuccess")
    if success is None:
        raise ValueError("OperationSuccess is missing")
    code, text = get_errors(result)
    # A filled ErrorMessage beside `true` was seen on the wire.
    return success and not (result.text("ErrorMessage") or code or text)


def refusal(result, redact, now):
    """The error to raise for an answer that failed as a whole."""
    code, text = get_errors(result)
    return refusal_of(code, redact(result.text("ErrorMessage") or text), now)


def refusal_of(code, text, now):
    """The error for one code and text; RefusedError unless it was a quota or a breakdown."""
    if code == "Quota" or const.QUOTA.search(text):
        return quota_error(text, now)
    if const.TECHNICAL.search(text):
        # A time-out of their database: nobody knows what was written before it.
        return UnknownOutcomeError(
            "Cdiscount reported a technical problem on its side.", code or "technical", text
        )
    return RefusedError(explain(text, code), code or "refused", text)


def quota_error(text, now):
    """Calls are counted per operation and hour (1.10): wait for the next full hour."""
    seconds = 3600 - now.minute * 60 - now.second
    return NotSentError(
        "The hourly number of calls that Cdiscount allows is used up.",
        "quota",
        text,
        retry_after=seconds,
    )


def unreadable(error, redact):
    """The error for an answer that lacks what it must hold."""
    return UnknownOutcomeError(
        "Cdiscount's answer cannot be read.", "unreadable", redact(str(error))
    )
