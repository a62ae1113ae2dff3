"""Never gets as far as to say what it is."""

import time

time.sleep(3600)
