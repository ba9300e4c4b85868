"""Independent clients and servers: zeep, and PHP's own SoapClient and SoapServer."""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests
import zeep
from opensi_world import OpensiWorld

HERE = Path(__file__).parent / "php"
WSDL = HERE / "opensi.wsdl"
BINDINGS = {"1.1": "opensiBinding", "1.2": "opensiBinding12"}
versions = pytest.mark.parametrize("version", BINDINGS)


@pytest.fixture
def shop(opensi):
    opensi.order("100000001", own_number="CC26110001")
    opensi.order("100000002", blocked=True)
    return opensi


def comment(number, **values):
    return {
        "OrderNumber": "CC26110001",
        "WebOrderNumber": "100000001",
        "CommentId": number,
        "Comment": "Été & <plus>\nsigné",
        "CommentDate": "2026-11-22",
        "SendMail": False,
        "VisibleForCustomer": True,
        **values,
    }


BATCH = [comment(1), comment(2, WebOrderNumber="999", SendMail=True), comment(1)]
CODES = ["1002", "3002", "2001"]


def stored(shop):
    found = [(c["number"], c["text"], c["visible"], c["mailed"]) for c in shop.comments()]
    return found == [("1", "Été & <plus>\nsigné", True, False)]


# zeep


@pytest.fixture(scope="module")
def client():
    return zeep.Client(str(WSDL))


def zeep_call(client, shop, version, operation, *values, key=None, **more):
    service = client.create_service(f"{{http://www.opensi.fr}}{BINDINGS[version]}", shop.url)
    header = client.get_element("{http://www.opensi.fr}Header")(key=key or shop.key())
    return service[operation](*values, **more, _soapheaders=[header])


@versions
def test_zeep(client, shop, version):
    answer = zeep_call(client, shop, version, "setComments", "main", Comment=BATCH)
    assert [result.Code for result in answer] == CODES
    assert [result.Key for result in answer] == ["100000001", "999", "100000001"]
    assert answer[0].Message is None and answer[1].Message
    assert stored(shop)
    assert zeep_call(client, shop, version, "setComments", "main")[0].Code == "3002"
    nothing = [comment(3, WebOrderNumber="100000002")]
    assert not zeep_call(client, shop, version, "setComments", "main", Comment=nothing)
    assert "connector" in zeep_call(client, shop, version, "getVersion")


@versions
def test_zeep_and_faults(client, shop, version):
    shop.options(fault_style="php")
    with pytest.raises(zeep.exceptions.Fault, match="Authentification"):
        zeep_call(client, shop, version, "setComments", "main", Comment=BATCH, key="0")
    shop.options(fault_style="original")
    expected = zeep.exceptions.Fault if version == "1.2" else zeep.exceptions.XMLSyntaxError
    with pytest.raises(expected):
        zeep_call(client, shop, version, "setComments", "main", Comment=BATCH, key="0")


# PHP


def has_php():
    if not shutil.which("php"):
        return False
    asked = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False)
    return "soap" in asked.stdout.split()


needs_php = pytest.mark.skipif(
    not has_php(), reason="PHP is not here (apt-get install php-cli php-soap php-xml)"
)


def php_call(shop, version, operation="setComments", key=None, **request):
    asked = {
        "url": shop.url,
        "version": version,
        "key": key or shop.key(),
        "operation": operation,
        "request": request,
    }
    done = subprocess.run(
        ["php", HERE / "client.php"], input=json.dumps(asked), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_php
@versions
def test_php_as_client(shop, version):
    answer = php_call(shop, version, Website_Code="main", Comment=BATCH)
    found = answer["result"]["return"]
    assert [result["Code"] for result in found] == CODES
    assert found[0] == {"Key": "100000001", "Code": "1002", "Message": ""}
    assert stored(shop)
    nothing = [comment(3, WebOrderNumber="100000002")]
    assert php_call(shop, version, Website_Code="main", Comment=nothing) == {"result": {}}
    assert "connector" in php_call(shop, version, "getVersion")["result"]["return"]


@needs_php
@versions
@pytest.mark.parametrize("style", ["original", "php"])
def test_php_as_client_reads_faults(shop, version, style):
    shop.options(fault_style=style)
    answer = php_call(shop, version, key="0", Website_Code="main", Comment=BATCH)
    assert "Authentification" in answer["fault"]
    assert "website" in php_call(shop, version, Website_Code="x", Comment=BATCH)["fault"]


class PhpShop:
    """PHP's SoapServer on a port of its own; `received`: the comments as PHP read them."""

    def __init__(self, folder, key):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{found.getsockname()[1]}/"
        self.log = folder / "received"
        settings = {"OPENSI_KEY": key, "OPENSI_CODE": "main", "OPENSI_LOG": str(self.log)}
        self.process = subprocess.Popen(
            ["php", "-S", self.url[7:-1], HERE / "server.php"],
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self):
        for _ in range(100):
            try:
                requests.get(self.url, timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.1)

    @property
    def received(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def php_shop(server, tmp_path):
    erp = OpensiWorld(server)
    found = PhpShop(tmp_path, erp.key())
    erp.aim(found.url)
    yield erp, found
    found.stop()


@needs_php
@versions
def test_php_as_server(php_shop, version):
    erp, shop = php_shop
    text = "Été & <plus>\nsigné"
    erp.write(number="1", own_order="CC26110001", text=text, date="2026-11-22")
    erp.write(number="2", own_order="CC26110002", web_order="UNKNOWN", mail=True, visible=False)
    erp.write(number="3", nil=True)
    found = erp.push(version=version)
    assert (found["status"], found["fault"], found["problem"]) == (200, "", "")
    assert [r["code"] for r in found["results"]] == ["1002", "3002", "3002"]
    first, second, nil = shop.received
    assert first == comment(1) and nil is None
    assert (second["SendMail"], second["VisibleForCustomer"]) == (True, False)
    erp.write(number="4", text="Été")
    assert erp.push(version=version, encoding="ISO-8859-1")["results"][0]["code"] == "1002"
    assert shop.received[-1]["Comment"] == "Été"


@needs_php
@versions
def test_faults_of_php_as_server(php_shop, version):
    erp, shop = php_shop
    erp.write(number="1")
    assert erp.push(version=version, password="wrong")["fault"] == "The key is wrong."
    assert erp.push(version=version, website_code="x")["fault"] == "The website code is wrong."
    probe = erp.control("POST", "erp/probe", version=version)
    assert probe["text"].startswith("PHP ")
    assert erp.push(version=version, empty=True)["results"] == []
    erp.write(number="2", raw={"CommentId": "abc"})
    assert "Violation of encoding rules" in erp.push(version=version)["fault"]
    assert not shop.log.exists()
