"""The judge's rules, one file each; a line in the switchboard makes one known. Requirements: JDG-1, SAF-6, PUB-2."""
