"""The kinds of task, one file each; a line in the switchboard makes one known. Requirements: PLN-1, GEN-1."""
