"""Each command of `wanwan`, in a process of its own where its exit code matters."""
