"""What platforms sent about accounts of ours: that something was said or taken away, by its id, never a word of it.

The connector verifies the signature and may add rows through one function, and nothing else; the inbox finds them at
once and asks the platform. Requirements: ENG-1, ENG-2, SAF-1.
"""
