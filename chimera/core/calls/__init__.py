"""What was asked of models and tools, and what they answered: the material of cost, audit and replay.

A stage collects its calls in a `Recorder` while no transaction is open and writes them with its result.
Requirements: GEN-1, PLN-7, AUD-1.
"""
