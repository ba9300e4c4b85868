from . import files
from . import opensi
from . import webhooks
