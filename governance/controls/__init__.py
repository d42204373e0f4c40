"""Stops in force: pause and emergency stop, by scope. A claim respects them; whatever is about to leave asks again.

Scopes: "fleet", "brand:1", "agent:7", "platform:plaza", "spending" (nothing is set aside or sent that costs money),
"effects" (the quarantine: nothing is sent).

A control is an act, not a state of what it stops, so nothing is lost by it and lifting it needs no repair.
Requirements: OPS-4, PLN-6.
"""
