"""Kukkingu's ids: a typed prefix, then letters and digits.

Source: seed, ``inv_mqxd1kc6bgtcc676xoqzax47`` and ``tnt_…``; the other prefixes from the vendor's pages.
Unverified: that the rest always has 24 characters, so 8 to 64 are let through; none of them can leave a path.
"""

import re

_REST = "[0-9A-Za-z]{8,64}"

INVOICE_ID = re.compile(f"inv_{_REST}")
BILLABLE_ID = re.compile(f"bil_{_REST}")
ENTRY_ID = re.compile(f"tsh_{_REST}")
PROJECT_ID = re.compile(f"prj_{_REST}")
CONTRACT_ID = re.compile(f"ctr_{_REST}")
CLIENT_ID = re.compile(f"clnt_{_REST}")
