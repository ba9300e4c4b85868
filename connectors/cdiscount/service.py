"""The SOAP service with its token and its faults (cdiscount_soap contract, sections 1.3 to 1.5)."""

import re
from pathlib import Path

from .. import soap
from ..errors import LoginError, NotSentError, RefusedError, UnknownOutcomeError
from ..transport import HttpSession, Limits, Redactor, check_status, excerpt
from . import answers, const

WSDL = Path(__file__).parent / "wsdl" / "MarketplaceAPIService.wsdl"


class _TokenRefused(NotSentError):
    """The service did not know our token: nothing was executed."""

    code = "token"


class Service:
    """Calls with a header and a living token.

    `token`, `token_expires_at`: for the account to keep (section 1.3: life 48 hours).
    """

    def __init__(self, credentials, now):
        self._credentials = credentials
        self._now = now
        self.redact = Redactor(credentials.password, credentials.token)
        self.http = HttpSession(self.redact, Limits.from_options(credentials.options))
        self._soap = None
        self.token = credentials.token
        self.token_expires_at = credentials.token_expires_at

    def close(self):
        self.http.close()

    # Calls

    def read(self, operation, check=True, **arguments):
        """The result Node of a reading operation; repeated once with a new token.

        `check`: raise unless the answer reports a clean success.
        """
        try:
            result = self._call(operation, arguments)
        except _TokenRefused:
            result = self._call(operation, arguments)
        if check:
            try:
                clean = answers.is_clean(result)
            except ValueError as error:
                raise answers.unreadable(error, self.redact) from None
            if not clean:
                raise answers.refusal(result, self.redact, self._now())
        return result

    def write(self, operation, **arguments):
        """The result Node of an operation that changes something. Sent at most once."""
        return self._call(operation, arguments, write=True)

    def _call(self, operation, arguments, write=False):
        header = self._header(self.get_token())
        if self._soap is None:
            address = self._credentials.service_url or const.SERVICE_URL
            self._soap = soap.SoapService(self.http, WSDL, const.BINDING, address)
        try:
            return self._soap.call(operation, write=write, headerMessage=header, **arguments)
        except soap.SoapFault as fault:
            raise self._map_fault(fault) from None

    def _header(self, token):
        """HeaderMessage (1.4)."""
        return {
            "Context": {"CatalogID": 1, "CustomerPoolID": 1, "SiteID": 100},
            "Localization": {
                "Country": "Fr",
                "Currency": "Eur",
                "DecimalPosition": 2,
                "Language": "Fr",
            },
            "Security": {
                "TokenId": token,
                "UserName": self._credentials.options.get("integrator") or "marketplace_helpdesk",
            },
            "Version": "1.0",
        }

    def _map_fault(self, fault):
        """The error for a SOAP fault (1.3); an unknown one may have been executed."""
        text = fault.detail
        if fault.code == const.TOKEN_FAULT:
            return self._map_token_fault(text)
        if const.QUOTA.search(text):
            return answers.quota_error(text, self._now())
        if fault.code in ("DeserializationFailed", "ActionNotSupported"):
            return RefusedError(
                "Cdiscount did not understand the call. Nothing was done; this is a fault of "
                "the connector or of an entered value.",
                fault.code,
                text,
            )
        return fault

    def _map_token_fault(self, text):
        # Not authorised or not known: the next use starts with a new token either way.
        self.drop_token()
        if "not authorized" in text.lower():
            # It names one operation: the others may well be allowed.
            return RefusedError(
                "The API account may not use this operation. Give it the rights in the seller's "
                "back office at Cdiscount.",
                "not_authorised",
                text,
            )
        return _TokenRefused("Cdiscount did not accept our token; nothing was done.", detail=text)

    # Token

    def drop_token(self):
        self.token, self.token_expires_at = "", None

    def get_token(self):
        """A token that should be alive; asks for a new one after 46 hours.

        Raises LoginError or NotSentError: without a token nothing else was sent.
        """
        expires = self.token_expires_at
        if not self.token or (expires and expires <= self._now()):
            self.token = self._fetch_token()
            self.token_expires_at = self._now() + const.TOKEN_LIFE
        return self.token

    def _fetch_token(self):
        credentials = self._credentials
        if not credentials.login or not credentials.password:
            raise LoginError("Login and password of the API account are missing.", "no_login")
        url = credentials.token_url or const.TOKEN_URL
        try:
            answer = self.http.request("GET", url, auth=(credentials.login, credentials.password))
            return self._read_token(answer)
        except UnknownOutcomeError as error:
            detail = f"{error} {error.detail}".strip()
            raise NotSentError(
                "Cdiscount's token service does not work; nothing was sent. It is tried again "
                "later.",
                error.code,
                detail,
            ) from None

    def _read_token(self, answer):
        """The text of the answer's root element. How a wrong password is answered is not known:
        401, and 403 without a web page, are read as one."""
        if answer.status == 401 or (answer.status == 403 and not answer.is_html):
            raise LoginError(
                "Cdiscount refused the login. Check login (it ends in “-api”) and password of "
                "the API account.",
                "login",
                excerpt(answer, self.redact),
            )
        check_status(answer, self.redact)
        try:
            token = soap.parse_xml(answer.content).content()
        except ValueError:
            token = ""
        if not re.fullmatch(r"[0-9A-Za-z-]{8,128}", token):
            raise NotSentError(
                "Cdiscount's token service gave no token, perhaps a page against robots. Check "
                "whether this server's IP address is allowed there.",
                "no_token",
                excerpt(answer, self.redact),
            )
        self.redact.add(token)
        return token
