"""What a statement rests on, in plain words and in the reader's language, rounded as all that leaves the desk."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.concept import evidence, paper
from survey_service.concept.model import Evidence, Wording
from survey_service.concept.words import JUDGEMENT, WHO_AND_WHEN
from survey_service.reports.render import formats
from survey_service.web import i18n
from survey_service.web.i18n import gettext


def lines(wording: Wording) -> Iterator[str]:
    """Yield one sentence for each thing that is known; a figure that is hidden or missing is left out."""
    tag, basis = i18n.language().tag, wording.basis
    if wording.measure is not None:
        yield gettext(WHO_AND_WHEN, who=apart(wording.measure.lead), day=paper.day(wording.measure.due, tag))
    if not isinstance(basis, Evidence):
        yield gettext(JUDGEMENT, who=apart(basis.of))
        return
    yield from _figures(evidence.public(basis), tag)


def _figures(basis: Evidence, tag: str) -> Iterator[str]:
    if basis.count is not None and basis.n is not None and basis.share is not None:
        count, n = formats.number(basis.count, tag), formats.number(basis.n, tag)
        share = formats.percentage(basis.share, tag)
        yield gettext("%(count)s of %(n)s people said so. That is %(share)s.", count=count, n=n, share=share)
    if basis.low is not None and basis.high is not None:
        low, high = formats.percentage(basis.low, tag), formats.percentage(basis.high, tag)
        yield gettext("If everybody had been asked, it would probably be %(low)s to %(high)s.", low=low, high=high)
    if basis.offers is not None:
        yield gettext("Offers for it: %(count)s", count=formats.number(basis.offers, tag))
    if basis.experts is not None:
        yield gettext("Experts who name it: %(count)s", count=formats.number(basis.experts, tag))


def apart(name: str) -> str:
    """Return a name for a sentence, so that its direction doesn't disturb the sentence's."""
    return f"\u2068{name}\u2069"
