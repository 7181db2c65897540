"""The floor of the screen's figures: a process on a pty that writes back what it reads, at once, and does nothing else."""

import os
import tty

if __name__ == "__main__":
    tty.setraw(0)
    os.write(1, b"ready")
    while keys := os.read(0, 1024):
        os.write(1, keys)
