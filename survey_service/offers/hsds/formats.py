"""The files that an export comes as: what each is called, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from survey_service.offers import flat, open_data
from survey_service.offers.hsds import tabular
from survey_service.offers.hsds.codes import JSON
from survey_service.offers.hsds.whole import VERSION, Whole
from survey_service.offers.open_data import About


def document(whole: Whole, about: About) -> JSON:
    """Return the whole export as one object: services with all their parts, and every organization without them."""
    return {
        "version": VERSION,
        **open_data.package(about, whole),
        "attribution": about.attribution,
        "services": list(whole.services),
        "organizations": list(whole.organizations),
    }


def _json(content: JSON) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class Format:
    """One kind of file: its ``name`` on the web, its media type, and what returns its bytes."""

    name: str
    media_type: str
    write: Callable[[Whole, About], bytes]


FORMATS: Mapping[str, Format] = {
    "hsds-json": Format("offers.json", "application/json", lambda whole, about: _json(document(whole, about))),
    "hsds-csv": Format(
        "offers.zip",
        "application/zip",
        lambda whole, about: tabular.write(whole, open_data.package(about, whole)),
    ),
    "geojson": Format("offers.geojson", "application/geo+json", lambda whole, _: _json(open_data.geojson(whole))),
    "csv": Format("offers.csv", "text/csv", lambda whole, _: flat.write_csv(whole)),
    "xlsx": Format(
        "offers.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda whole, _: flat.write_xlsx(whole),
    ),
    "json-ld": Format("offers.jsonld", "application/ld+json", lambda whole, _: _json(open_data.graph(whole))),
    "dcat": Format("catalog.jsonld", "application/ld+json", lambda whole, about: _json(open_data.dcat(whole, about))),
}
"""What `offers export --format` and the page of downloads offer."""
