"""The plant: what a site has, its state, and how a command reaches it and is proven."""
