"""A simulated plant that ships: its own process, the topics of hardware, helium conserved, faults on request.

`python -m devices.simulator --help` runs it alone; `simulation.Simulation` is the plant, `serve.serve` puts it on a
broker, `run.run` is the whole process.
"""
