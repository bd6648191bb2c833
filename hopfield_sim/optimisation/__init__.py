"""Optimisation by networks: the travelling salesman of Hopfield and Tank, and what to compare with.

``salesman.py`` runs the networks and compares; ``tank.py`` is the energy whose minima are tours;
``cities.py`` validates cities, and finds tours without a network.
"""

from hopfield_sim.optimisation.cities import nearest_neighbour, shortest_tour
from hopfield_sim.optimisation.salesman import travelling_salesman
from hopfield_sim.optimisation.tank import hopfield_tank

__all__ = ["hopfield_tank", "nearest_neighbour", "shortest_tour", "travelling_salesman"]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
