"""Run the audit: see ``validation/mutations/audit.py``."""

import sys
from pathlib import Path

# A folder that is run is no package; from the one above it is found as one, by the processes of the audit, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mutations import audit

if __name__ == "__main__":
    sys.exit(audit.main())
