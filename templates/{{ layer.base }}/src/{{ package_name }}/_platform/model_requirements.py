"""Which distributions a stored model needs: those that its own parts come from, not those of the pilot."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

NEEDED: Final = ("skops", "pandas")  # to load a stored model, and to ask it with a table


def requirements_of(estimator: "BaseEstimator") -> list[str]:
    """Name the installed distributions that the model's own parts come from."""
    found = [estimator, *estimator.get_params(deep=True).values()]
    packages = {type(part).__module__.partition(".")[0] for part in found}
    providers = _providers()
    names = {name for package in (*packages, *NEEDED) for name in providers.get(package, ())}
    return [f"{name}=={installed_version(name)}" for name in sorted(names)]


@cache
def _providers() -> Mapping[str, list[str]]:
    """Read which distribution brings which package: half a second for some hundred of them."""
    return packages_distributions()
