"""Acts on the outside world: attempted on the record, confirmed on the record, never repeated blindly.

INTENDED (money set aside) -> SENT (the grant's id on it; then, and only then, the call) -> CONFIRMED with every id of
the platform, or REFUTED. A takeover that finds SENT waits out the call; platforms of class A are then asked again
under the same idempotency key. Classes B and C are not yet sent (docs/adr/0006). Requirements: PUB-4, PLN-5.
"""
