"""Publish grants: a short-lived signed permission for one act, consumed once by the connector.

EdDSA JWT, 60 s, bound to task, account, connector, payload hash, fencing number. The private key lives in workers that
publish; connectors hold the public key; nobody else holds either. Requirements: PUB-3.
"""
