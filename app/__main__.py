"""`python -m app`: the same as `wanwan`."""

from app.cli import main

main()
