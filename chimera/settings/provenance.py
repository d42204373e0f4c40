"""Whose signature media carry, and whom it is trusted by when it is read back. Requirements: GEN-5.

Without a key and a chain of certificates of yours a test authority is made on this machine: it proves that nothing
was changed since, and nothing to strangers, who do not know it.
"""

from pathlib import Path

from chimera.settings.base import CHIMERA_HOME, env

PROVENANCE_KEY_FILE: str = env.str("PROVENANCE_KEY_FILE", default="")  # PEM, PKCS8, without a password
PROVENANCE_CHAIN_FILE: str = env.str("PROVENANCE_CHAIN_FILE", default="")  # PEM: the signer first, then who signed it
PROVENANCE_ANCHORS_FILE: str = env.str("PROVENANCE_ANCHORS_FILE", default="")  # PEM: the roots that are trusted
PROVENANCE_TEST_AUTHORITY_FILE = Path(
    env.str("PROVENANCE_TEST_AUTHORITY_FILE", default=str(CHIMERA_HOME / "provenance-test-authority.pem"))
)
