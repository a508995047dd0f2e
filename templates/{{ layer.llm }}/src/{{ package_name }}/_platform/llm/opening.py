"""Says which model is asked: the one of `[llm]`, or the one that an integration switches on."""

from .. import PilotError
from ..integrations import switched_on
from ..policies import check_endpoint
from ..settings import PlatformSettings
from .section import EndpointSection, LlmSection


def open_section(settings: PlatformSettings, section: LlmSection, integrations: str) -> LlmSection:
    """Return `[llm]` with the endpoint that is switched on; limits stay those of `[llm]`.

    `integrations` names the package to look in. No endpoint is returned that the policies do not list.
    """
    module = switched_on("model", settings, integrations)
    if module is not None:
        if section.url:
            raise PilotError(
                "Two models are switched on: take url and model out of [llm], or set integrations."
                f"{module.__name__.rpartition('.')[2]}.enabled = false."
            )
        endpoint: EndpointSection = module.build(settings)
        found = {name: getattr(endpoint, name) for name in EndpointSection.model_fields}
        section = LlmSection.model_validate({**dict(section), **found})
    for number, each in enumerate(section.endpoints):
        check_endpoint(settings, each.url, "llm.fallback.url" if number else "llm.url")
    return section
