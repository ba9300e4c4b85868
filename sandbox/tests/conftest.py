"""One server process for the whole suite; every test has a seller of its own."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from lxml import etree
from mirakl_world import MiraklWorld
from opensi_world import OpensiWorld
from woo_world import WooWorld

ROOT = Path(__file__).parents[2]
CDS = "http://www.cdiscount.com"
CM = "http://schemas.datacontract.org/2004/07/Cdiscount.Framework.Core.Communication.Messages"
ARR = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
HEADER = """
<headerMessage xmlns:m="{cm}"><m:Context><m:SiteID>100</m:SiteID></m:Context>
<m:Localization><m:Country>Fr</m:Country></m:Localization>
<m:Security><m:DomainRightsList i:nil="true"/><m:IssuerID i:nil="true"/>
<m:SessionID i:nil="true"/><m:TokenId>{token}</m:TokenId><m:UserName/></m:Security>
<m:Version>1.0</m:Version></headerMessage>"""
ENVELOPE = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
<{op} xmlns="{cds}" xmlns:i="{xsi}" xmlns:arr="{arr}">{header}{param}</{op}>
</e:Body></e:Envelope>"""
_numbers = itertools.count(1)


def start(*arguments):
    """(process, url, smtp port) of a new server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    line = process.stdout.readline()
    match = re.fullmatch(r"sandbox ready (http://\S+) smtp \S+:(\d+)\n", line)
    assert match, line
    return process, match[1], int(match[2])


def stop(process):
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.stdout.close()
    return process.returncode


class Answer:
    """An XML answer, read by local names."""

    def __init__(self, response):
        self.status = response.status_code
        self.text = response.text
        self.headers = response.headers
        self.root = etree.fromstring(response.content) if response.content else None

    def all(self, name):
        return list(self.root.iter("{*}" + name))

    def texts(self, name):
        return [e.text for e in self.all(name)]

    def one(self, name):
        """Text of the first element so called."""
        return self.all(name)[0].text

    @property
    def ok(self):
        return self.one("OperationSuccess") == "true"


class World:
    """One seller, steered through the control API and called through SOAP."""

    def __init__(self, server, login, spec):
        self.server = server
        self.login = login
        self.password = "secret"
        server.control("POST", "sellers", {"login": login, "password": self.password, **spec})

    def control(self, method, path="", body=None):
        return self.server.control(method, f"sellers/{self.login}/{path}".rstrip("/"), body)

    def state(self):
        return self.control("GET")

    def order(self, **spec):
        return self.control("POST", "orders", spec)

    def discussion(self, **spec):
        return self.control("POST", "discussions", spec)

    def fault(self, operation, fault, **more):
        return self.control("POST", "faults", {"operation": operation, "fault": fault, **more})

    def get_token(self, password=None):
        return requests.get(
            self.server.url + "/cdiscount/users/httpIssue.svc/?realm=x",
            auth=(self.login, password or self.password),
            timeout=10,
        )

    @property
    def token(self):
        if not hasattr(self, "_token"):
            self._token = etree.fromstring(self.get_token().content).text
        return self._token

    def post(self, operation, param="", token=None, timeout=10, action=None, **headers):
        """The raw requests.Response of one call."""
        header = HEADER.format(cm=CM, token=self.token if token is None else token)
        body = ENVELOPE.format(op=operation, cds=CDS, xsi=XSI, arr=ARR, header=header, param=param)
        action = action or f'"{CDS}/IMarketplaceAPIService/{operation}"'
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action, **headers}
        return requests.post(
            self.server.service, data=body.encode(), headers=headers, timeout=timeout
        )

    def call(self, operation, param="", **more):
        return Answer(self.post(operation, param, **more))

    def close(self, *ids):
        longs = "".join(f"<arr:long>{i}</arr:long>" for i in ids)
        param = (
            f"<closeDiscussionRequest><DiscussionIds>{longs}</DiscussionIds>"
            "</closeDiscussionRequest>"
        )
        return self.call("CloseDiscussionList", param).texts("OperationStatus")

    def mail_addresses(self, *ids):
        """[(address or None, status)]"""
        longs = "".join(f"<arr:long>{i}</arr:long>" for i in ids)
        param = f"<request><DiscussionIds>{longs}</DiscussionIds></request>"
        answer = self.call("GetDiscussionMailList", param)
        return list(zip(answer.texts("MailAddress"), answer.texts("OperationStatus"), strict=True))


class Server:
    def __init__(self, url, smtp_port):
        self.url = url
        self.smtp_port = smtp_port
        self.service = url + "/cdiscount/MarketplaceAPIService.svc"

    def control(self, method, path, body=None):
        response = requests.request(method, f"{self.url}/control/{path}", json=body, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()

    def world(self, **spec):
        return World(self, f"shop{next(_numbers)}-api", spec)


@pytest.fixture(scope="session")
def server():
    process, url, smtp_port = start("--life", "0")
    yield Server(url, smtp_port)
    stop(process)


@pytest.fixture
def world(server):
    """A seller without data."""
    return server.world()


@pytest.fixture
def mirakl(server):
    """A Mirakl seller without data, whose key may do everything."""
    return MiraklWorld(server)


@pytest.fixture
def opensi(server):
    """An OpenSi seller without data."""
    return OpensiWorld(server)


@pytest.fixture
def woo(server):
    """A WooCommerce site without data; webhooks go out on demand."""
    return WooWorld(server)
