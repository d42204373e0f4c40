"""Private things in text: found by their form, masked before anything is stored or put into a prompt.

E-mail addresses, phone numbers, cards and IBANs by their checksums, street addresses in six languages, keys and other
secrets; who wrote something is kept as a keyed hash. Requirements: SAF-2, SAF-1, SAF-3.
"""
