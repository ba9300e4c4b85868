"""`python -m sandbox`: run the marketplaces on this machine."""

import argparse
import logging
import signal
import sys
import threading

from .cdiscount.platform import Cdiscount
from .mirakl.platform import Mirakl
from .opensi.platform import Opensi
from .server import Sandbox
from .woocommerce.platform import WooCommerce


def platforms():
    """One object per marketplace; a new one is added here."""
    return [Cdiscount(), Mirakl(), Opensi(), WooCommerce()]


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8070, help="HTTP; 0 = any free")
    parser.add_argument("--smtp-port", type=int, default=8025, help="SMTP; 0 = any free")
    parser.add_argument("--control-token", help="needed in X-Sandbox-Token below /control")
    parser.add_argument("--state", metavar="FILE", help="keep the worlds in this file")
    parser.add_argument("--demo", action="store_true", help="begin with a lively seller")
    parser.add_argument(
        "--life",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="time between events of lively sellers; 0 = none",
    )
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse_arguments(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    sandbox = Sandbox(
        platforms(),
        options.host,
        options.port,
        options.smtp_port,
        options.control_token,
        options.state,
        options.demo,
        options.life,
    )
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    sandbox.start()
    sys.stdout.write(f"sandbox ready {sandbox.url} smtp {options.host}:{sandbox.smtp_port}\n")
    sys.stdout.flush()
    ending.wait()
    sandbox.stop()


if __name__ == "__main__":
    main()
