"""The login of a shop's operator: a consumer key (contract, 2.1).

Over TLS it goes as HTTP Basic or, where the web server loses headers, in the address; without TLS,
or where WordPress does not notice it, the call is signed (OAuth 1.0a) and the secret stays here.
"""

import base64
from urllib.parse import urlencode

import requests
from requests_oauthlib import OAuth1

from ..errors import LoginError, NotSentError, RefusedError, UnknownOutcomeError
from ..transport import excerpt
from . import const


class KeyLogin:
    """Option `login_way`: "header", "query" or "oauth"; empty: header over TLS, else oauth."""

    uses_token = False

    def __init__(self, site, credentials, now):
        self._site = site
        self._key = credentials.login.strip()
        self._secret = credentials.password.strip()
        self.way = credentials.options.get("login_way") or ""
        site.redact.add(self._secret)

    @property
    def token_state(self):
        return None

    def get_way(self):
        """The way in use. Without TLS only a signature keeps the secret."""
        if not self._site.is_encrypted:
            return const.BY_SIGNATURE
        return self.way or const.BY_HEADER

    def add_to(self, method, url, headers):
        """(url, headers) with the key."""
        self._check()
        way = self.get_way()
        if way == const.BY_SIGNATURE:
            return self._sign(method, url), headers
        if way == const.BY_QUERY:
            pair = urlencode({"consumer_key": self._key, "consumer_secret": self._secret})
            return f"{url}{'&' if '?' in url else '?'}{pair}", headers
        packed = base64.b64encode(f"{self._key}:{self._secret}".encode()).decode()
        self._site.redact.add(packed)
        return url, {**headers, "Authorization": f"Basic {packed}"}

    def _check(self):
        if not self._key or not self._secret:
            raise LoginError("Consumer key and consumer secret are missing.", "no_login")
        both = self._key + self._secret
        if not both.isascii() or not both.isprintable():
            raise LoginError(
                "The consumer key holds characters that no key has. Copy it again.", "no_login"
            )

    def _sign(self, method, url):
        """The signed address. A site that does not notice TLS signs the one with http."""
        is_hidden = url.startswith("https:")
        signed = requests.Request(method, f"http:{url[6:]}" if is_hidden else url).prepare()
        OAuth1(
            self._key,
            client_secret=self._secret,
            signature_method="HMAC-SHA256",
            signature_type="query",
        )(signed)
        return f"https:{signed.url[5:]}" if is_hidden else signed.url

    # Refusals

    def check_refusal(self, answer, told):
        """Raise where the answer speaks of the key or its rights."""
        if told is None:
            return
        detail = f"{told.code}: {told.text}"
        if told.code in const.KEY_ERRORS:
            self._raise_for_key(told.text.lower(), detail)
        if told.code in const.USER_ERRORS:
            raise self._get_refusal(detail)
        if const.NO_RIGHT.fullmatch(told.code):
            self._raise_for_right(told, detail)
        if answer.status == 401:
            raise self._get_refusal(excerpt(answer, self._site.redact))

    def _raise_for_key(self, text, detail):
        """All have one code; only the text tells more, where the site is in English."""
        if "permission" in text:
            raise RefusedError(
                "The consumer key may not do this. Make one with the permissions “Read/Write” in "
                "WooCommerce, under Settings, Advanced, REST API.",
                "role",
                detail,
            )
        if "nonce" in text:
            # Ours is new for each call: something between has repeated it, and a copy came first.
            raise UnknownOutcomeError(
                "The shop had this call before: something between has repeated it.",
                "nonce",
                detail,
            )
        if "timestamp" in text:
            raise NotSentError(
                "The shop's clock and this server's differ by more than 15 minutes: nothing was "
                "done. Have one of them set.",
                "clock",
                detail,
            )
        if "signature" in text:
            raise LoginError(
                "The shop did not accept the signature. Check the consumer secret, and that the "
                "address is the one in the shop's settings, with or without www.",
                "signature",
                detail,
            )
        raise self._get_refusal(detail)

    def _get_refusal(self, detail):
        return LoginError(
            "The shop refused the consumer key. Make a new one in WooCommerce, under Settings, "
            "Advanced, REST API; a user's name and password are none.",
            "login",
            detail,
        )

    def _raise_for_right(self, told, detail):
        if told.status == 401:
            raise LoginError(
                "The shop answers as if no key had come. “Test connection” finds out whether the "
                "key gets lost on the way and how to send it.",
                "stranger",
                detail,
            )
        raise RefusedError(
            "The key's user may not do this. Take a key of an administrator or a shop manager; a "
            "vendor of a marketplace has an account of the provider “WCFM seller”.",
            "role",
            detail,
        )
