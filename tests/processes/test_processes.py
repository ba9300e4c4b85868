"""What only real processes show: two people, two workers, and SIGKILL at the wrong moment."""

GONE, SHIPPED = "RefundedAfterShipping", "ShippedBySeller"
ADMINISTRATOR = 2  # of every database


def ask_at_once(world, shop, *arguments):
    """Both users of a shop ask on all of its orders; [{order: sentence}] of each."""
    jobs = [("ask", user, shop.orders, *arguments) for user in shop.users]
    return world.at_once(*jobs, barriers=len(shop.orders))


def check_one_passes(shop, first, second):
    for order in map(str, shop.orders):
        answers = [first[order], second[order]]
        assert answers.count("asked") == 1, answers
        (sentence,) = [answer for answer in answers if answer != "asked"]
        assert "left" in sentence, sentence


def test_two_people_refund_one_order(world, shops):
    shop = shops["race"]
    check_one_passes(shop, *ask_at_once(world, shop, "order"))
    states = world.run("run_job", shop.account)
    assert states == [["done", 1]] * len(shop.orders)
    assert shop.line_states() == [[GONE, GONE]] * len(shop.orders)
    assert shop.seller.count("CreateRefundVoucher") == (len(shop.orders), len(shop.orders))


def test_two_gestures_never_exceed_what_was_charged(world, shops):
    shop = shops["gestures"]
    check_one_passes(shop, *ask_at_once(world, shop, "gesture", 50))
    world.run("run_job", shop.account)
    orders = shop.seller.state["orders"]
    assert [[v["amount"] for v in order["vouchers"]] for order in orders] == [[50]] * len(orders)
    assert shop.seller.count("CreateRefundVoucher") == (len(orders), len(orders))


def test_two_windows_do_not_pass_a_limit_together(world, shops):
    """15 and 15 of one person are more than 20, whoever comes first."""
    shop = shops["limits"]
    world.run("set_limit", shop.account, 20)
    job = ("ask", shop.users[0], shop.orders, "gesture", 15)
    world.at_once(job, job, barriers=len(shop.orders))
    states = world.run("read_refunds", shop.orders)
    assert states == [["asked", "to_approve"]] * len(shop.orders)
    world.run("run_job", shop.account)
    orders = shop.seller.state["orders"]
    assert [[v["amount"] for v in order["vouchers"]] for order in orders] == [[15]] * len(orders)


def test_two_managers_decide_once(world, shops):
    """Of one request: that they write the same row alone keeps them apart already."""
    shop = shops["approvals"]
    asker, manager = shop.users
    world.run("set_limit", shop.account, 0, manager)
    world.run("ask", asker, shop.orders, "gesture", 15, barriers=len(shop.orders))
    jobs = [("approve", user, shop.orders) for user in (manager, ADMINISTRATOR)]
    first, second = world.at_once(*jobs, barriers=len(shop.orders))
    for order in map(str, shop.orders):
        answers = [first[order], second[order]]
        assert answers.count("approved") == 1, answers
        assert any("was faster" in answer for answer in answers), answers
    assert world.run("run_job", shop.account) == [["done", 1]] * len(shop.orders)
    assert shop.seller.count("CreateRefundVoucher") == (len(shop.orders), len(shop.orders))


def test_two_windows_of_a_manager_do_not_pass_a_limit_together(world, shops):
    """Two requests are two rows: only the order's lock keeps 15 and 15 from passing 20."""
    shop = shops["windows"]
    asker, manager = shop.users
    world.run("set_limit", shop.account, 0, manager)
    world.run("set_limit", shop.account, 20, manager, "manager")
    for _request in range(2):
        world.run("ask", asker, shop.orders, "gesture", 15, barriers=len(shop.orders))
    jobs = [("approve", manager, shop.orders, index) for index in (0, 1)]
    first, second = world.at_once(*jobs, barriers=len(shop.orders))
    for order in map(str, shop.orders):
        answers = [first[order], second[order]]
        assert answers.count("approved") == 1, answers
        assert any("above your own limit" in answer for answer in answers), answers
    states = world.run("read_refunds", shop.orders)
    assert states == [["approved", "to_approve"]] * len(shop.orders)


def test_two_workers_send_each_operation_once(world, shops):
    shop = shops["workers"]
    world.run("ask", shop.users[0], shop.orders, "order", barriers=len(shop.orders))
    shop.seller.fault("CreateRefundVoucher", "slow", seconds=0.1, times=99)
    world.at_once(("run_job", shop.account), ("run_job", shop.account))
    states = world.run("run_job", shop.account)
    assert states == [["done", 1]] * len(shop.orders)
    assert shop.line_states() == [[GONE]] * len(shop.orders)
    assert shop.seller.count("CreateRefundVoucher") == (12, 12)


def ask_and_kill(world, shop, operation, fault, moment):
    """Ask for a refund; kill the job with SIGKILL while `operation` hangs in `fault`."""
    world.run("ask", shop.users[0], shop.orders, "order", barriers=len(shop.orders))
    shop.seller.fault(operation, fault, seconds=3)
    worker = world.start("run_job", shop.account).wait_until_ready()
    worker.go()
    shop.wait_for(moment)
    worker.kill()


def fault_has_hit(shop):
    return lambda: any(fault["hits"] for fault in shop.seller._call("GET", "/faults"))


def test_killed_after_the_marketplace_executed(world, shops):
    shop = shops["kill_after"]
    ask_and_kill(
        world, shop, "CreateRefundVoucher", "timeout_after", lambda: shop.line_states() == [[GONE]]
    )
    assert world.run("run_job", shop.account) == [["sending", 1]]
    assert world.run("run_job", shop.account, 6) == [["done", 1]]
    shop.wait_for(lambda: shop.seller.count("CreateRefundVoucher") == (1, 1))


def test_killed_before_the_marketplace_executed(world, shops):
    shop = shops["kill_before"]
    ask_and_kill(world, shop, "CreateRefundVoucher", "timeout_before", fault_has_hit(shop))
    assert world.run("run_job", shop.account, 6) == [["unknown", 1]]
    assert shop.line_states() == [[SHIPPED]]
    assert world.run("run_job", shop.account, 97) == [["done", 2]]
    assert shop.line_states() == [[GONE]]
    shop.wait_for(lambda: shop.seller.count("CreateRefundVoucher") == (2, 1))


def test_killed_before_anything_left(world, shops):
    """While the picture before is being read."""
    shop = shops["kill_early"]
    ask_and_kill(world, shop, "GetOrderList", "timeout_before", fault_has_hit(shop))
    assert world.run("run_job", shop.account, 6) == [["done", 2]]
    assert shop.line_states() == [[GONE]]
    assert shop.seller.count("CreateRefundVoucher") == (1, 1)
