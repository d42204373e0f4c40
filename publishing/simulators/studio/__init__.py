"""Ideogram, Runway and Gemini, simulated: what their APIs answer as documented, with their failures, on this machine.

`world` keeps what was asked and how it goes on, each provider has its module, `app` serves the three at one port. It
stands for the outside world: no import from whoever speaks to it. How it misbehaves is a word (`world.WORDS`).
Requirements: GEN-3, GEN-7.
"""
