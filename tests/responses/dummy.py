"""The first rows of a large workbook of responses, so that a test does not take all of them."""

from __future__ import annotations

import io
from itertools import islice

import openpyxl
import xlsxwriter


def first_rows(data: bytes, count: int) -> bytes:
    """Return a workbook with the heading and the first ``count`` rows of each sheet; cells stay as they are."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as written:
        for sheet in book:
            sheet.reset_dimensions()
            copy = written.add_worksheet(sheet.title)
            for number, row in enumerate(islice(sheet.iter_rows(values_only=True), count + 1)):
                for index, value in enumerate(row):
                    if value is not None:
                        copy.write(number, index, value)
    return target.getvalue()
