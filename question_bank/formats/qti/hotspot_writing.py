"""找隐患 → hotspotInteraction: regions in percent become pixels of the shown picture. Pure."""

from fractions import Fraction

from core.errors import N_
from learning.images import MIME_TYPES, image_kind
from question_bank.formats.decimals import decimal
from question_bank.formats.exported import IMAGE
from question_bank.formats.pictures import picture_name, with_paths
from question_bank.formats.qti.content import PICTURES, body_of
from question_bank.formats.qti.jobs import Job, Parts
from question_bank.formats.qti.scoring import RESPONSE, picture
from question_bank.formats.xml_output import Raw, element, joined
from question_bank.keys import HotspotKey, Region, RuleName, Shape

# Regions are percent; the picture is said to be this wide.
_WIDTH = 1000
_SHAPES = {Shape.CIRCLE: "circle", Shape.RECTANGLE: "rect", Shape.POLYGON: "poly"}


def write_hotspot(job: Job) -> Parts:
    """The picture with its regions to choose from."""
    draft, key = job.question.draft, job.question.draft.key
    assert isinstance(key, HotspotKey)
    note = N_("区域会画在图上让人选，不是自己找")
    job.book.approximated(job.question.public_id, N_("作答方式"), note)
    shown = next((found for found in IMAGE.finditer(draft.stem)), None)
    path = shown["path"] if shown else ""
    data = job.question.images.get(path, b"")
    height = max(round(_WIDTH * key.ratio), 1)
    kind = MIME_TYPES.get(image_kind(data) or "", "image/png")
    source = PICTURES + picture_name(data)
    alt = shown["alt"] if shown else ""
    regions = dict(key.regions)
    names = {place: f"c{place}" for place in regions}
    choices = [
        job.tag(
            "hotspotChoice",
            identifier=names[place],
            shape=_SHAPES[regions[place].shape],
            coords=_coordinates(regions[place], height),
            hotspotLabel=option.text,
        )
        for place, option in enumerate(draft.options, start=1)
    ]
    interaction = job.tag(
        "hotspotInteraction",
        picture(source, kind, alt, _WIDTH, height),
        *choices,
        responseIdentifier=RESPONSE,
        maxChoices=str(len(key.right)),
    )
    mapping, processing = _spots(job, names, key.right)
    correct = [names[place] for place in sorted(key.right)]
    declared = job.scorer.declaration("identifier", "multiple", correct, mapping=mapping)
    # The picture stands in the interaction, not a second time above it.
    text = with_paths(draft.stem, lambda each: "\ue200" if each == path else None)
    text = IMAGE.sub(lambda found: "" if found["path"] == "\ue200" else found[0], text)
    stem = element("div", body_of(text, job.question.images))
    return Parts([declared], joined(stem, interaction), processing)


def _spots(job: Job, names: dict[int, str], right: frozenset[int]) -> tuple[Raw | None, Raw]:
    rule = job.question.draft.rule
    if job.rule not in (RuleName.SHARE_PER_SPOT, RuleName.MINUS_PER_MISS):
        return None, job.scorer.match()
    miss = Fraction(rule.tenths or 0, 10) if rule else Fraction(0)
    share = job.scorer.most / len(right)
    entries = [(name, share if place in right else -miss) for place, name in names.items()]
    return job.scorer.mapping(entries, upper=job.scorer.most), job.scorer.mapped()


def _coordinates(region: Region, height: int) -> str:
    """Percent → pixels of the picture as it is said to be."""
    across = Fraction(_WIDTH, 100)
    sizes = (across, Fraction(height, 100))
    numbers = [n * sizes[place % 2] for place, n in enumerate(region.numbers)]
    if region.shape is Shape.CIRCLE:
        numbers[2] = region.numbers[2] * across
    elif region.shape is Shape.RECTANGLE:
        left, top, width, tall = numbers
        numbers = [left, top, left + width, top + tall]
    return ",".join(decimal(number) for number in numbers)
