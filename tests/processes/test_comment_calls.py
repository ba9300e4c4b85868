"""OpenSi calls while processes are killed, or twice at once: each comment is stored once."""

import re

import pytest

NUMBERS = [str(number) for number in range(1, 41)]
MAILED = NUMBERS[:4]
ADDED, KNOWN = "1002", "2001"
RECORD = """<s:Comment><d:OrderNumber>CC26110001</d:OrderNumber>
<d:WebOrderNumber>{order}</d:WebOrderNumber><d:CommentId>{number}</d:CommentId>
<d:Comment>Étape {number}</d:Comment><d:CommentDate>2026-11-02</d:CommentDate>
<d:SendMail>{mail}</d:SendMail><d:VisibleForCustomer>1</d:VisibleForCustomer></s:Comment>"""
CALL = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"
xmlns:s="http://www.opensi.fr" xmlns:d="http://www.opensi.fr/xsd"><e:Header><s:Header>
<s:key>{key}</s:key></s:Header></e:Header><e:Body><s:setCommentsRequest>
<s:Website_Code>main</s:Website_Code>{records}</s:setCommentsRequest></e:Body></e:Envelope>"""


class Service:
    """An account that is called, in the copied database."""

    def __init__(self, world, name):
        self.world = world
        self.account, self.path, key, orders = world.run("service_worker.set_up_service", name, 3)
        records = [
            RECORD.format(order=orders[int(n) % 3], number=n, mail=int(n in MAILED))
            for n in NUMBERS
        ]
        self.content = CALL.format(key=key, records="".join(records))

    def job(self, moment=""):
        return ("service_worker.call_service", self.path, self.content, moment)

    def call(self):
        return codes(self.world.run(*self.job()))

    def kill_in(self, moment):
        worker = self.world.start(*self.job(moment)).wait_until_ready()
        worker.go()
        worker.wait_until_ready()
        worker.kill()

    def check_stored(self, numbers=NUMBERS):
        comments, bubbles = self.world.run("service_worker.read_comments", self.account)
        expected = [[number, True, number in MAILED] for number in numbers]
        assert comments == expected
        assert bubbles == len(numbers)


def codes(result):
    status, answer = result
    assert status == 200, answer
    return re.findall(r"Code>(\d+)<", answer)


@pytest.mark.parametrize("moment", ["_post_bubble", "_mail_to_customer"])
def test_killed_while_a_batch_is_stored(world, moment):
    service = Service(world, f"killed{moment}")
    service.kill_in(moment)
    service.check_stored([])
    assert service.call() == [ADDED] * len(NUMBERS)
    service.check_stored()


def test_killed_before_the_answer_is_sent(world):
    service = Service(world, "killed_answer")
    service.kill_in("answer")
    service.check_stored()
    assert service.call() == [KNOWN] * len(NUMBERS)
    service.check_stored()


def test_two_equal_calls_at_once(world):
    """Both have begun before either stores: the second must see what the first has stored."""
    service = Service(world, "at_once")
    job = service.job("_lock_service")
    first, second = map(codes, world.at_once(job, job, barriers=2))
    assert sorted([set(first), set(second)], key=min) == [{ADDED}, {KNOWN}]
    service.check_stored()


def test_calls_of_two_accounts_at_once(world):
    """Nothing of one waits for the other."""
    services = [Service(world, f"side_{side}") for side in ("left", "right")]
    for result in world.at_once(*(s.job("_lock_service") for s in services), barriers=2):
        assert codes(result) == [ADDED] * len(NUMBERS)
    for service in services:
        service.check_stored()
