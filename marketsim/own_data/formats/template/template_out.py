"""The workbook in which a council writes its own homes and contracts: two sheets to fill in."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from marketsim.own_data.formats.believing import LEAST_GBP, MOST_GBP
from marketsim.own_data.records import NEEDS, SECTORS

CREATED = datetime.datetime(2024, 3, 31, tzinfo=datetime.UTC)  # the same for ever: the same bytes
RULES = ("block", "soft_block", "framework")
EXAMPLE = "example"  # how the first cell of a row begins that is passed over
LAST_ROW = 1_000  # down to which cells are formatted and checked
FORMATS = {"date": "dd/mm/yyyy", "whole": "0", "money": "#,##0", "text": "@"}
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
FIRST_DAY = datetime.date(1990, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column to fill in: its head, help, what the example says, what its cells are, and the words it may hold."""

    head: str
    help: str
    example: str | float | datetime.date
    kind: str = "text"
    words: Sequence[str] = ()


FEE = "GBP a week for a child, without VAT; empty if not known."
HOMES = (
    Column("Home", "Name or reference of the home. Rows whose first cell begins with 'example' are passed over.",
           f"{EXAMPLE}: Oak House"),
    Column("URN", "Ofsted's number of the home, if it is registered.", "SC000000"),
    Column("Host authority", "Name or ONS code of the authority in whose area the home stands.", "Kent"),
    Column("Provider", "Who runs the home.", "The council"),
    Column("Sector", "Whose the home is.", "local_authority", words=SECTORS),
    Column("Places", "Children for whom the home is registered.", 4, "whole"),
    Column("Short breaks only", "yes if no child lives there; empty is no.", "no", words=("yes", "no")),
    Column("Takes needs", f"Bands of need that the home takes, with ; between: {', '.join(NEEDS)}. Empty: all.",
           "standard; complex"),
    Column("Weekly fee", FEE, 5_500, "money"),
    Column("Opened", "Day on which the home opened or will open.", datetime.date(2020, 4, 1), "date"),
)  # fmt: skip
CONTRACTS = (
    Column("Contract", "A name for the contract. Rows whose first cell begins with 'example' are passed over.",
           f"{EXAMPLE}: block of 2025"),
    Column("Rule", "block: places paid whether used or not; soft_block: places held for a share of the fee; "
                   "framework: agreed terms, paid when used.", "block", words=RULES),
    Column("Authorities", "Names or ONS codes of those who may use it, with ; between.", "Kent; Medway"),
    Column("Providers or homes", "Providers, or URNs of homes, with ; between.", "SC000000"),
    Column("Places", "Places bought or held; empty for a framework.", 6, "whole"),
    Column("Weekly fee", FEE, 5_200, "money"),
    Column("From", "First day.", datetime.date(2025, 4, 1), "date"),
    Column("To", "Last day; empty if it runs on.", datetime.date(2028, 3, 31), "date"),
)  # fmt: skip
SHEETS = {"homes": HOMES, "contracts": CONTRACTS}


def write_template(path: Path) -> None:
    """Write the workbook to a file that must not exist yet. Raises OSError (FileExistsError if it does)."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, TEXT_ONLY) as book:
        book.set_properties({"title": "Homes and contracts of our own", "created": CREATED})
        for name, columns in SHEETS.items():
            _sheet(book, name, columns)
    with path.open("xb") as file:
        file.write(memory.getvalue())


def _sheet(book: xlsxwriter.Workbook, name: str, columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for number, column in enumerate(columns):
        looks = {"num_format": FORMATS[column.kind]}
        sheet.set_column(number, number, max(16, len(str(column.example)) + 2), book.add_format(looks))
        sheet.write_string(0, number, column.head, bold)
        sheet.write_comment(0, number, column.help, {"x_scale": 2})
        grey = book.add_format({**looks, "italic": True, "font_color": "#595959"})
        if isinstance(column.example, datetime.date):
            sheet.write_datetime(1, number, column.example, grey)
        else:
            sheet.write(1, number, column.example, grey)
        sheet.data_validation(2, number, LAST_ROW, number, _allowed(column))


def _allowed(column: Column) -> dict[str, object]:
    """What the spreadsheet lets in, with the help beside the cell. An amount out of bounds is only warned of."""
    shown = {"input_title": column.head, "input_message": column.help[:255], "error_title": column.head}
    if column.words:
        return {**shown, "validate": "list", "source": list(column.words), "error_message": "Choose from the list."}
    match column.kind:
        case "whole":
            return {**shown, "validate": "integer", "criteria": ">=", "value": 1,
                    "error_message": "A whole number from 1."}  # fmt: skip
        case "money":
            return {**shown, "validate": "decimal", "criteria": "between", "minimum": LEAST_GBP, "maximum": MOST_GBP,
                    "error_type": "warning", "error_message": "This is not usual for a week."}  # fmt: skip
        case "date":
            return {**shown, "validate": "date", "criteria": ">=", "value": FIRST_DAY, "error_message": "A date."}
    return {**shown, "validate": "any"}
