"""A parametric portrait: a head in three dimensions, its camera and light, and the truth about the picture.

>>> from samples.portrait import Parameters, render
>>> front = render(Parameters())
>>> turned = render(Parameters().changed(pose__yaw=8.0))  # a pair: everything else is drawn alike
>>> turned.truth.yaw
8.0
"""

from samples.portrait.parameters import Parameters
from samples.portrait.scene import Portrait, render
from samples.portrait.truth import Label, Truth

__all__ = ["Label", "Parameters", "Portrait", "Truth", "render"]
