"""The commands of `wanwan`, a file for each group."""
