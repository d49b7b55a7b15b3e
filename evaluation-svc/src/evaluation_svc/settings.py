"""Everything the environment may say to this service: what the chassis needs, and nothing more."""

from chassis.settings import ServiceSettings


class EvaluationSettings(ServiceSettings):
    """`data_keys` and `lookup_key` are needed: the reviewers' words are sealed at rest."""
