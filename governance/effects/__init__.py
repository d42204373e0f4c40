"""Acts on the outside world: attempted on the record, confirmed on the record, never repeated blindly.

INTENDED (money set aside) -> SENT (the grant's id on it; then, and only then, the call) -> CONFIRMED with every id of
the platform, or REFUTED. Who finds SENT waits out the call; then it is asked again under the same key (class A), looked
up (class B: found confirms, absent often enough opens it again) or put before a human (class C): IN_DOUBT. A trigger
refuses every send that is not covered by one of these (docs/adr/XX-doubt-is-resolved-by-reading.md). After a restore
nothing is sent until the platforms were read. Requirements: PUB-4, PLN-5, OPS-9.
"""
