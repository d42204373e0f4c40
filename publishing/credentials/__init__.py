"""The credentials of accounts: what a connector process signs in with. Nobody else reads them.

Sealed with the connector's key, one row an account. A refresh token that can be used once is replaced under the row's
lock, and the new one is stored before anything is done with what came along. Everybody else sees when an account was
connected, what it may do and why it cannot sign in, never a token. Requirements: PUB-1, PUB-7.
"""
