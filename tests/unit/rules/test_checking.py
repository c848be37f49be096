"""A file that cannot be used: every fault at once, each with its line and its field."""

from pathlib import Path

import pytest

from shared.programs import FOLDER
from shared.programs.__main__ import main
from shared.programs.editions import LONGEST_AGREEMENT, program_of
from shared.programs.lines import lines_of
from shared.programs.reading import Unsound
from shared.programs.rule_sets import read_rule_set

SOUND = """points_required = 10
cycle_years = 3

[[activities]]
code = "course"
category = "study"
title = "Course"
points = 1
unit = "hour"
"""


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(Unsound) as refused:
        read_rule_set(text)
    return [(each.line, each.field, each.detail) for each in refused.value.faults]


def test_the_smallest_rule_set_is_sound() -> None:
    assert read_rule_set(SOUND).points_required == 10


def test_every_fault_is_named_at_once_with_line_and_field() -> None:
    text = SOUND.replace("points_required = 10", 'points_required = "ten"')
    text = text.replace('unit = "hour"\n', 'unit = "day"\nminimum_minutes = 45\nponts = 3\n')
    text += '\n[[caps]]\ncategory = "study"\nper = "weekly"\npoints = 3\n'
    assert faults(text) == [
        (1, "points_required", "Give a number, at least 0 and at most 1,000,000,000."),
        (10, "activities[1].minimum_minutes", 'This is for activities whose unit is "hour".'),
        (11, "activities[1].ponts", faults(text)[2][2]),
        (15, "caps[1].per", 'Give one of "entry", "year", "cycle".'),
    ]
    assert faults(text)[2][2].startswith("This word is not known here. Known are: also_in, category,")


@pytest.mark.parametrize(
    ("added", "line", "field", "detail"),
    [
        ('[[caps]]\ncategory = "play"\npoints = 1', 11, "caps[1].category", 'There is no category "play".'),
        ('[[caps]]\nactivity = "course"', 10, "caps[1]", "A cap says either points or times."),
        (
            '[[caps]]\ncategory = "study"\ntimes = 2',
            12,
            "caps[1].times",
            "How often something counts is said of one activity, per cycle or year.",
        ),
        (
            '[[caps]]\nactivity = "course"\ncategory = "study"\npoints = 1',
            12,
            "caps[1].category",
            "This is about one thing: activity is given already.",
        ),
        ('[[minimums]]\ngroup = "all"\npoints = 1', 11, "minimums[1].group", 'There is no group "all".'),
        (
            '[[minimums]]\ncategory = "study"\npoints = 5\n\n[[caps]]\ncategory = "study"\npoints = 4',
            12,
            "minimums[1].points",
            "This cannot be reached: a cap lets only 4 count.",
        ),
        ('[[activities]]\ncode = "course"\ncategory = "x"\ntitle = "X"\npoints = 1\nunit = "day"', 11,
         "activities[2].code", '"course" stands here twice.'),
        (('[[activities]]\ncode = "y"\ncategory = "x"\ntitle = "X"\nunit = "hour"\nthresholds = [\n'
         '    { at = 9, points = 5 },\n    { at = 5, points = 9 },\n]'), 15, "activities[2].thresholds",
         "Threshold 2 must be higher than the one before it, and give no fewer points."),
        ('[cycle]\nends = "fixed-day"', 10, "cycle.day",
         'A day goes with ends = "fixed-day", and that needs one.'),
        ('[cycle]\ngrace = { earns = true }', 11, "cycle.grace", "Give months or days."),
        ('[carry_over]\nmaximum = 5\ncategories = ["play"]', 12, "carry_over.categories",
         'There is no category "play".'),
        ('[[designations]]\ncode = "A"\ntitle = "A"\nrenews = ["B"]', 13, "designations[1].renews",
         'There is no designation "B".'),
        ('[[caps]]\npoints = 9', 1, "points_required", "This cannot be reached: a cap lets only 9 count."),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named_where_it_stands(
    added: str, line: int, field: str, detail: str
) -> None:
    assert faults(f"{SOUND}{added}\n") == [(line, field, detail)]


def test_capped_groups_that_overlap_are_refused_for_no_one_answer_fits_both() -> None:
    other = SOUND[SOUND.index("[[") :].replace('"course"', '"book"').replace('"study"', '"reading"')
    third = other.replace('"book"', '"talk"').replace('"reading"', '"speaking"')
    groups = (
        '[[groups]]\ncode = "one"\ntitle = "One"\ncategories = ["study", "reading"]\n'
        '[[groups]]\ncode = "two"\ntitle = "Two"\ncategories = ["reading", "speaking"]\n'
        '[[caps]]\ngroup = "one"\npoints = 5\n[[caps]]\ngroup = "two"\npoints = 5\n'
    )
    ((line, field, detail),) = faults(SOUND + other + third + groups)
    assert (line, field) == (33, "caps[2]")
    assert detail.startswith("“Two” and “One” share some activities while neither holds the other")


def test_what_is_no_toml_is_named_with_its_line() -> None:
    ((line, field, detail),) = faults(SOUND.replace('title = "Course"', "title = Course"))
    assert (line, field) == (7, "file")
    assert detail.startswith("This is not TOML: ")


@pytest.mark.parametrize(
    "number",
    [
        "inf",
        "-inf",
        "nan",
        "1e99999999",
        "1e99999999999999999999",
        "1e400",
        "1_000_000_001",
        "0x" + "F" * 5000,
    ],
)
def test_a_number_is_one_that_can_be_counted_with(number: str) -> None:
    ((line, field, _),) = faults(SOUND.replace("points_required = 10", f"points_required = {number}"))
    assert (line, field) == (1, "points_required")


@pytest.mark.parametrize("years", ["0", "101", "1e99999999", "0x" + "F" * 5000])
def test_a_length_is_one_that_the_calendar_has(years: str) -> None:
    ((_, field, detail),) = faults(SOUND.replace("cycle_years = 3", f"cycle_years = {years}"))
    assert (field, detail) == ("cycle_years", "Give a whole number, at least 1 and at most 100.")


def test_what_python_does_not_read_is_a_fault_like_another() -> None:
    ((line, field, detail),) = faults(SOUND.replace("cycle_years = 3", "cycle_years = " + "9" * 5000))
    assert (line, field, detail) == (2, "file", "This number has too many digits.")
    assert faults("a = " + "[" * 5000) == [(1, "file", "Its lists or tables lie too deep in one another.")]


def test_lines_are_found_past_texts_and_lists_of_several_lines() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\nd = [\n  1, # ]\n]\n[[e]]\nf."g h" = 1\n[e.h]\ni = { j = 1 }\n[[e]]\nf = 2\n'
    assert lines_of(text) == {
        (): 1,
        ("a",): 1,
        ("d",): 5,
        ("e", 0): 8,
        ("e", 0, "f", "g h"): 9,
        ("e", 0, "h"): 10,
        ("e", 0, "h", "i"): 11,
        ("e", 1): 12,
        ("e", 1, "f"): 13,
    }


def test_the_command_says_where_and_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(SOUND.replace("points = 1", "points = -1"), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    assert (
        capsys.readouterr().out
        == f"{file}:8: activities[1].points: Give a number, at least 0 and at most 1,000,000,000.\n"
    )
    file.write_text(SOUND, encoding="utf-8")
    assert main(["check", str(file), *map(str, FOLDER.glob("*/*.toml"))]) == 0
    assert f"{file}: sound, 1 activities (rules only; the portal also needs name, " in capsys.readouterr().out


def test_an_edition_of_the_portal_is_checked_as_a_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
    file = tmp_path / "edition.toml"
    file.write_text(
        text.replace('code = "webinar"', "code = 7").replace("amount = 15000", "amount = 1.5"), "utf-8"
    )
    assert main(["check", str(file)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("fees[1].amount: Give a whole number, at least 0 and at most 1,000,000,000.")
    assert second.endswith("activities[8].code: Give a text.")


def test_an_edition_of_the_portal_promises_nothing_that_the_portal_does_not_do() -> None:
    text = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
    text = text.replace('code = "IPMA-SCP"', 'code = "IPMA-SCP"\nrenews = ["IPMA-CP"]')
    retired = '[[charges]]\ntitle = "Retired"\namount = 5000\ncurrency = "usd"\nwhen = "retired"\n'
    with pytest.raises(Unsound) as refused:
        program_of(f'{text}\n[several]\nreports = "one-for-all"\n{retired}')
    assert [fault.field for fault in refused.value.faults] == [
        "designations[1].renews",
        "several",
        "charges[1].when",
    ]
    assert all("leave it out here" in fault.detail for fault in refused.value.faults)


def test_a_cycle_is_counted_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, cycle = tmp_path / "rules.toml", tmp_path / "cycle.toml"
    rules.write_text(SOUND, encoding="utf-8")
    days = "starts_on = 2025-01-01\nends_on = 2027-12-31\n"
    row = '[[entries]]\nactivity = "course"\nquantity = 9\nended_on = 2025-05-01\n'
    cycle.write_text(days + row, encoding="utf-8")
    assert main(["ledger", str(rules), str(cycle)]) == 2
    assert capsys.readouterr().out == (
        "001  claimed 9, counted 9, carried 0, refused 0\n     Course: 9 × 1 point per hour = 9.\n"
        "Study: 9\n1 January 2025 to 31 December 2025: 9\n1 January 2026 to 31 December 2026: 0\n"
        "1 January 2027 to 31 December 2027: 0\n"
        "Total: 9 of 10 points.\n1 point missing.\n"
    )
    cycle.write_text(days + row + row.replace("2025", "2024"), encoding="utf-8")
    assert main(["ledger", "--json", str(rules), str(cycle)]) == 2
    assert "It is not within 1 January 2025 to 31 December 2027." in capsys.readouterr().out
    cycle.write_text(days + row.replace("course", "golf"), encoding="utf-8")
    assert main(["ledger", str(rules), str(cycle)]) == 1
    assert capsys.readouterr().out == 'line 4: entries[1].activity: There is no activity "golf".\n'


def test_an_agreement_is_no_longer_than_a_report_can_keep() -> None:
    text = (FOLDER / "ipma-hr" / "2026.toml").read_text(encoding="utf-8")
    agreement = program_of(text).agreement.text
    assert program_of(with_agreement(text, "é" * (LONGEST_AGREEMENT // 2))).agreement.text != agreement
    with pytest.raises(Unsound) as refused:
        program_of(with_agreement(text, "é" * (LONGEST_AGREEMENT // 2 + 1)))
    assert [(each.field, each.detail) for each in refused.value.faults] == [
        ("agreement.text", "Give a text of at most 40,000 bytes.")
    ]


def with_agreement(text: str, agreement: str) -> str:
    before, _, after = text.partition("[agreement]")
    _, _, rest = after.partition('text = """')
    _, _, rest = rest.partition('"""')
    return f'{before}[agreement]\nversion = "x"\ntext = """{agreement}"""{rest}'
