"""The commands of what is kept: each module is named after what is typed, ``minsheng archive seal``."""
