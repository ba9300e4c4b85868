from . import test_thin_path
from . import test_refund_ask
from . import test_in_messages
from . import test_refund_refusal
from . import test_out_doubt
from . import test_in_orders
from . import test_in_clock
