from . import files
from . import opensi
