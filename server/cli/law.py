"""`flask law check|show`: whether the law data can be relied on, and what a rule says on a day. Changes nothing."""

import re
import sys
from datetime import datetime
from typing import Final

import click
from flask.cli import AppGroup

from server.cli.answers import as_json_option, saying_problems, tell
from server.composition import xuntu
from server.law import LAW_FOLDER, law_check, law_show, law_unreviewed

# The first two digits of codes in GB/T 2260, region by region of the country.
_PROVINCE_DIGITS: Final = r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]"
_REGION_CODE: Final = re.compile(rf"(?:{_PROVINCE_DIGITS})\d{{0,10}}")

law_cli = AppGroup("law", help="The law as dated values with citations.")


def region_in_china(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """A code of 2 to 12 digits that begins with a province of GB/T 2260, or nothing. Raises BadParameter."""
    if given and _REGION_CODE.fullmatch(given) is None:
        raise click.BadParameter(f"{given!r} is not a code of 2 to 12 digits that begins with a province's, like 32 or 320281")
    return given


@law_cli.command("check")
@click.option("--unreviewed", "list_unreviewed", is_flag=True, help="Also list the values that no lawyer has signed.")
@as_json_option
def check_command(list_unreviewed: bool, as_json: bool) -> None:
    """Read all law data and name every fault: gaps, overlaps, missing citations, wrong types. Ends with 1 if there is one."""
    complaints = law_check(LAW_FOLDER)
    unreviewed = law_unreviewed(LAW_FOLDER)
    sentences = [*complaints, f"{len(complaints)} faults; {len(unreviewed)} values not yet signed by a lawyer"]
    if list_unreviewed:
        sentences += unreviewed
    tell({"complaints": complaints, "unreviewed": unreviewed}, sentences, as_json=as_json)
    if complaints:
        sys.exit(1)


@law_cli.command("show")
@click.argument("law_id", metavar="ID")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day asked for; default today.")
@click.option("--region", default="", metavar="CODE", callback=region_in_china, help="Read the book of this region's province.")
@as_json_option
@saying_problems
def show_command(law_id: str, day: datetime | None, region: str, as_json: bool) -> None:
    """Show the rule ID as it reads on a day: value, citation, and whether a lawyer has signed it."""
    with xuntu().unit_of_work(read_only=True) as uow:
        asked_for = uow.today if day is None else day.date()
    rule = law_show(law_id, folder=LAW_FOLDER, on=asked_for, region_code=region)
    sentences = [
        f"{rule['id']}  {rule['title_zh']}  ({rule['title_en']})",
        f"{rule['on']}: {rule['value_zh']}  ({rule['value_en']})",
        f"{rule['instrument']} {rule['article']}",
        f"in force {rule['in_force_from']} – {rule['in_force_until'] or 'now'}; asked by {rule['asked_by']}; {rule['scope']}",
        f"signed by {rule['reviewed_by']} on {rule['reviewed_on']}"
        if rule["reviewed"]
        else "not yet signed by a lawyer (未经法制审核)",
    ]
    sentences += [f"note: {rule['note']}"] if rule["note"] else []
    tell(rule, sentences, as_json=as_json)
