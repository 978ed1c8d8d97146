"""The columns of OFIQ, the reference implementation of ISO/IEC 29794-5, for those who read its CSV files.

Nothing here takes part in a verdict: several of OFIQ's scalars cannot tell a good passport photo from a bad
one. Which columns follow the published formula and which stay empty is told in ``docs/ofiq.md``.
"""

from icao_check.ofiq.natives import MEASURED, native_values
from icao_check.ofiq.scalars import COLUMNS, scalar
from icao_check.ofiq.table import header, row

__all__ = ["COLUMNS", "MEASURED", "header", "native_values", "row", "scalar"]
