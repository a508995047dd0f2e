"""Which distributions a stored model needs: those that its own parts come from, not those of the pilot."""

import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

NEEDED: Final = ("skops", "pandas")  # to load a stored model, and to ask it with a table
NAMED_OTHERWISE: Final = {"sklearn": "scikit-learn"}  # a distribution whose package has another name, found at once


def requirements_of(estimator: "BaseEstimator") -> list[str]:
    """Name the installed distributions that the model's own parts come from."""
    found = [estimator, *estimator.get_params(deep=True).values()]
    packages = {type(part).__module__.partition(".")[0] for part in found}
    brought = packages - sys.stdlib_module_names  # a setting is a part too: a number, a word
    names = {name for package in (*brought, *NEEDED) for name in _providers_of(package)}
    return [f"{name}=={installed_version(name)}" for name in sorted(names)]


@cache
def _providers_of(package: str) -> list[str]:
    """Ask the distribution that has the package's name, and only where it is another's all of them."""
    name = NAMED_OTHERWISE.get(package, package)
    try:
        brought = distribution(name).files or ()
    except PackageNotFoundError:
        brought = ()
    if any(file.parts[0] == package for file in brought):
        return [name]
    return _providers().get(package, [])


@cache
def _providers() -> Mapping[str, list[str]]:
    """Read which distribution brings which package: half a second for some hundred of them."""
    return packages_distributions()
