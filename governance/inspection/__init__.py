"""What an auditor asks of the record: is it whole, may I have it, how long do you keep it.

`verifying` checks the database against what was signed and against the file outside, `exporting` writes what an auditor
checks alone (`tools/verify_record.py`), `services` puts old events away so that everything stays verifiable.
Requirements: AUD-2, AUD-3, AUD-4.
"""
