from . import test_thin_path
from . import test_in_zz
from . import test_refund_ask
