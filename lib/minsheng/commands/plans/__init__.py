"""The commands of a plan's author: each module is named after what is typed, ``minsheng plan check``."""
