"""At the limit: whether a further session is taken once everything that is required has been reached."""

from shared.domain.rules.words import AtLimit, RuleSet


def takes_more(at_limit: AtLimit, met: bool) -> bool:
    """Below the requirement always; once it is met, only by a rule set that keeps tracking (rule 1)."""
    return at_limit == "track" or not met


def sentence(rule_set: RuleSet) -> str:
    """What happens at the limit, in words."""
    if rule_set.at_limit == "block":
        return "Once everything required is reached, nothing more can be entered."
    return "Entering stays open once everything required is reached."
