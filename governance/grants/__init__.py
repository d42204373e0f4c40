"""Publish grants: a short-lived signed permission for one act, consumed once by the connector.

EdDSA JWT, 60 s, bound to task, connector and account, payload hash, disclosure, approval and fencing number. Private
keys live in workers that publish and nowhere else; connectors trust a public root and the keys that it vouches for. Two
keys are live and take turns; a revoked one counts no more from the next use on. A grant that is burned before it is
used proves that nothing was sent with it; what came of a used one, its connector writes down.

Requirements: PUB-3, PUB-4.
"""
