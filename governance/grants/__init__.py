"""Publish grants: a short-lived signed permission for one act, consumed once by the connector.

EdDSA JWT, 60 s, bound to task, account, connector, payload hash, fencing number. The private key lives in workers that
publish; connectors hold the public key; nobody else holds either. A grant that is burned before it is used proves that
nothing was sent with it; what came of a used one, its connector writes down. Requirements: PUB-3, PUB-4.
"""
