"""Films: a script with a persona's figure in each scene, as a video for each platform, signed and stored.

The script's words are the draft's, the figure passes the gate of consistency, and the studio renders. What is finished
lies in a folder under the hash of what it is made from, so that whoever dies in the middle is gone on with.
Requirements: GEN-3, GEN-4, GEN-5, GEN-6.
"""
