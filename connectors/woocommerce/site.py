"""Calls to one WordPress site: addresses, JSON, errors by code (contract, 2.1 and 3.1)."""

import html
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from .. import values
from ..errors import LoginError, NotSentError, RefusedError, UnknownOutcomeError
from ..transport import HttpSession, Limits, Redactor, check_status, excerpt, retry_after
from . import const

JSON = "application/json"
_PAGES = re.compile(r"/(wp-json|wp-admin|wp-login\.php|store-manager|my-account)(/.*)?$")
_TAG = re.compile(r"<[^<>]*>")


def get_home(service_url):
    """The site's address, from whatever people copy from their browser; "" for none."""
    url = (service_url or "").strip()
    if not url:
        return ""
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _PAGES.sub("", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme.lower(), parts.netloc, path.rstrip("/"), "", ""))


def path_of(*parts):
    """A path of ids and names; they are quoted."""
    return "/".join(quote(str(part), safe="") for part in parts)


@dataclass(frozen=True)
class Told:
    """What the site says of an error. `status`: as it means it, whatever HTTP says."""

    code: str
    text: str
    status: int


class Site:
    """`get`, `get_list`, `send`: one call each.

    `login` adds itself to a call and knows the errors of its kind: see `keys` and `tokens`.
    """

    def __init__(self, credentials, login_class, now):
        self.home = get_home(credentials.service_url)
        self.redact = Redactor(credentials.password, credentials.password.strip())
        self.redact.add(quote(credentials.password, safe=""))
        self.http = HttpSession(self.redact, Limits.from_options(credentials.options))
        self.login = login_class(self, credentials, now)

    def close(self):
        self.http.close()

    @property
    def is_encrypted(self):
        return self.home.startswith("https://")

    # Calls

    def get(self, path, parameters=None, login=True):
        """The JSON value that a reading call answers. `path`: below wp-json."""
        return self._read(self.call("GET", path, parameters, login=login))

    def get_list(self, path, parameters=None):
        """The objects of a list. Some failures come as an object with HTTP 200 (3.3)."""
        return self.as_nodes(self.call("GET", path, parameters))

    def get_object(self, path, parameters=None, login=True):
        """The object of an answer."""
        return self._as_object(self.get(path, parameters, login))

    def send(self, path, body=None, method="POST", parameters=None, headers=None):
        """Change something, once; the JSON value of the answer."""
        answer = self.call(method, path, parameters, values.dump(body or {}).encode(), headers)
        return self._read(answer)

    def send_for_object(self, path, body=None):
        """The same, where an object is answered."""
        return self._as_object(self.send(path, body))

    def call(self, method, path, parameters=None, data=None, headers=None, login=True):
        """The transport.Answer of one call; raises for anything but 200 and 201."""
        answer = self.request(method, self.get_url(path, parameters), data, headers, login)
        return self.check(answer, login, method != "GET")

    def check(self, answer, login=True, is_change=False):
        """The answer, where its status is good. `is_change`: of a call that changes something."""
        if answer.status in (200, 201):
            return answer
        try:
            self._raise_for(answer, login, is_change)
        except LoginError as error:
            told = self.get_told(answer)
            error.may_pass = told is None or not told.code.startswith(const.LOGIN_CODES)
            raise

    def request(self, method, url, data=None, headers=None, login=True):
        """The transport.Answer, whatever its status."""
        if not self.home:
            raise LoginError("The address of the shop is missing.", "no_address")
        headers = {"Accept": JSON, **(headers or {})}
        if data is not None:
            headers["Content-Type"] = JSON
        if login:
            url, headers = self.login.add_to(method, url, headers)
        answer = self.http.request(method, url, data=data, headers=headers, fresh=method != "GET")
        self._check_moved(answer)
        return answer

    def _check_moved(self, answer):
        """Web servers lead elsewhere before WordPress sees a call: to https, to another name."""
        if answer.status not in (301, 302, 307, 308):
            return
        headers = {name.lower(): value.strip() for name, value in answer.headers.items()}
        try:
            target = urljoin(self.home, headers.get("location", ""))
            is_same_call = "/wp-json/" in urlsplit(target).path
        except ValueError:
            return
        home = self.redact(get_home(target))
        # 302 and 307 may also be what a plugin answers after its work.
        if home != self.home and (is_same_call or answer.status in (301, 308)):
            raise NotSentError(
                f"The shop's address has moved to “{home}”: nothing was done. Enter the new "
                "address in the account.",
                "moved",
            )

    def get_url(self, path, parameters=None):
        """The address of a path below wp-json; parameters that are None are left out."""
        found = {name: value for name, value in (parameters or {}).items() if value is not None}
        # Blanks as %20: signatures are made of the encoded texts.
        query = f"?{urlencode(found, quote_via=quote)}" if found else ""
        return f"{self.home}/wp-json/{path}{query}"

    # Answers

    def _read(self, answer):
        try:
            return values.load(answer.content)
        except ValueError as error:
            raise self.unreadable(error, excerpt(answer, self.redact)) from None

    def as_nodes(self, answer):
        """The objects of a list."""
        value = self._read(answer)
        if isinstance(value, list) and all(isinstance(node, dict) for node in value):
            return value
        self.refuse_quietly(value)
        raise self.unreadable("the answer is no list of objects")

    def _as_object(self, value):
        if not isinstance(value, dict):
            raise self.unreadable("the answer is no object")
        self.refuse_quietly(value)
        return value

    def refuse_quietly(self, value):
        """HTTP 200 and yet no: `{"status": false, "message"}`, `{"success": false, "data"}`."""
        if not isinstance(value, dict):
            return
        if value.get("status") is False or value.get("success") is False:
            raise self.refused("no", self.clean(value.get("message") or value.get("data")))

    def required_id(self, node):
        """The id that an object must have."""
        try:
            return values.required(node, "id")
        except ValueError as error:
            raise self.unreadable(error) from None

    def unreadable(self, error, more=""):
        """The error for an answer that lacks what it must hold."""
        detail = self.redact(f"{error} {more}".strip())
        return UnknownOutcomeError("The shop's answer cannot be read.", "unreadable", detail)

    def refused(self, code, text):
        """The RefusedError that quotes the shop."""
        if not text:
            return RefusedError("The shop refused it and gave no reason.", code)
        return RefusedError(f"The shop refused it: “{shorten(text)}”.", code, text)

    def clean(self, text):
        """A text for people: without tags and secrets."""
        return self.redact(html.unescape(_TAG.sub(" ", values.text(text)))).strip()

    # Errors

    def get_told(self, answer):
        """The Told of an error that WordPress wrote; None for texts of servers between, and where
        WordPress itself broke down."""
        try:
            body = values.parse(answer.content)
        except ValueError:
            return None
        code = values.text(body.get("code"))
        if not code or (answer.status >= 500 and not code.startswith(const.KNOWN_PREFIXES)):
            return None
        data = body.get("data")
        status = data.get("status") if isinstance(data, dict) else data
        meant = int(status) if values.text(status).isdecimal() else answer.status
        return Told(code, self.clean(body.get("message")), meant)

    def _raise_for(self, answer, login, is_change):
        if answer.status == 429:
            raise NotSentError(
                "Too many calls: the marketplace asks to wait.",
                "quota",
                excerpt(answer, self.redact),
                retry_after=retry_after(answer) or const.QUOTA_SECONDS,
            )
        told = self.get_told(answer)
        if login:
            self.login.check_refusal(answer, told)
        if told is None:
            self._check_filtered(answer, is_change)
            if answer.status == 404:
                raise NotSentError(
                    "There is nothing at this address that answers for WordPress. Check the "
                    "address with its path, and that the permalinks in WordPress are not “Plain”.",
                    "http_404",
                    excerpt(answer, self.redact),
                )
            check_status(answer, self.redact)
            # 2xx, but not the one that is promised.
            raise self.unreadable(f"HTTP {answer.status}", excerpt(answer, self.redact))
        if told.code == const.NO_ROUTE:
            raise NotSentError(
                "The site does not have this web service: check the address, and whether the "
                "plugins are active there.",
                "no_route",
                told.text,
            )
        if told.code in const.NO_ORDER:
            raise RefusedError("The shop does not know this order.", "no_order", told.text)
        if told.code == const.NO_INQUIRY:
            raise RefusedError("The shop does not know this inquiry.", "no_case", told.text)
        raise self.refused(told.code, told.text)

    def _check_filtered(self, answer, is_change):
        """A page of a firewall may hide the answer to what was executed. Who is refused the login
        by the web server (401) did not get as far."""
        if is_change and 400 <= answer.status < 500 and answer.status != 401:
            raise UnknownOutcomeError(
                "A server between answered instead of the shop, maybe a firewall. Have this "
                "server's IP address allowed there.",
                f"http_{answer.status}",
                excerpt(answer, self.redact),
            )


def shorten(text):
    """A text for a quotation."""
    return " ".join(text.split())[:300].rstrip(" .")
