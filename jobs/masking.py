"""Personal values as keyed hashes, where a table has to say that two are the same but not what they are."""

import hashlib
import os

from pyspark.sql import Column
from pyspark.sql import functions as F

# Names the secret; it stays out of configuration, command lines and plans.
KEY_VARIABLE = "YUNJIAN_HASH_KEY"


def masked(kind: Column, value: Column) -> Column:
    """16 hexadecimal digits of a value of some kind: equal for equal values under one key.

    Who has the warehouse but not the key cannot find a telephone number by trying all. Without a key in the environment
    anybody can: production sets one and keeps it, or examples of different weeks do not compare.
    """
    return F.substring(F.sha2(F.concat_ws(":", F.lit(_derived_key()), kind, value), 256), 1, 16)


def _derived_key() -> str:
    """A key for this purpose only, so that a plan that is written to a log does not show the secret."""
    secret = os.environ.get(KEY_VARIABLE, "").encode()
    return hashlib.sha256(b"yunjian: examples of shared values\n" + secret).hexdigest()
