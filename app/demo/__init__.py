"""The demo: broker, simulated plant and service on this machine, and a tour of them."""
