"""Calls to a shop: key, address, faults (opensi_soap contract, sections 2 and 3.4)."""

from pathlib import Path
from urllib.parse import urlsplit

from .. import soap
from ..errors import LoginError
from ..transport import HttpSession, Limits, Redactor
from . import const
from .keys import make_key

WSDL = Path(__file__).parent / "wsdl" / "opensi.wsdl"


class Service:
    """The shop of one account. Needs no connection before the first call."""

    def __init__(self, credentials):
        self._credentials = credentials
        self._key = make_key(credentials.login, credentials.password)
        self.redact = Redactor(credentials.password, self._key)
        self.http = HttpSession(self.redact, Limits.from_options(credentials.options))
        self._soap = None

    def close(self):
        self.http.close()

    @property
    def is_encrypted(self):
        return _get_scheme(self._credentials.service_url) == "https"

    def set_comments(self, fields):
        """[(key, code, message)] as the shop answers. `fields`: a dict for each comment."""
        answer = self._call(
            "setComments",
            write=True,
            Website_Code=self._credentials.options.get("website_code") or "",
            Comment=fields,
        )
        return [
            (result.text("Key"), result.text("Code"), self.redact(result.text("Message")))
            for result in answer.children("return")
        ]

    def ask(self, operation):
        """The text that getVersion or getDatetime gives."""
        return self._call(operation).text("return")

    def _call(self, operation, write=False, **arguments):
        self._check_settings()
        if self._soap is None:
            version = self._credentials.options.get("soap_version")
            binding = const.BINDINGS.get(version) or const.BINDINGS["1.1"]
            self._soap = soap.SoapService(self.http, WSDL, binding, self._credentials.service_url)
        headers = {"Header": {"key": self._key}}
        try:
            return self._soap.send(operation, write=write, headers=headers, **arguments)
        except soap.SoapFault as fault:
            raise _map_fault(fault) from None

    def _check_settings(self):
        credentials = self._credentials
        if not credentials.login or not credentials.password:
            raise LoginError("Login and password of the shop's module are missing.", "no_login")
        scheme = _get_scheme(credentials.service_url)
        if scheme == "https" or (scheme == "http" and credentials.options.get("allow_http")):
            return
        raise LoginError(
            "The shop's address must begin with https://, else everybody on the way can read the "
            "key. An account can be set to allow http://.",
            "no_tls",
        )


def _get_scheme(url):
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def _map_fault(fault):
    """Only the text tells a refused login from a breakdown in the middle of the comments."""
    if const.KEY_FAULT.match(fault.detail):
        return LoginError(
            "The shop refused the login. Check login and password: they are those of the OpenSi "
            "module in the shop.",
            "login",
            fault.detail,
        )
    if const.WEBSITE_CODE_FAULT.match(fault.detail):
        return LoginError(
            "The shop does not know the website code. Check it: it is that of the OpenSi module "
            "in the shop.",
            "website_code",
            fault.detail,
        )
    return fault
