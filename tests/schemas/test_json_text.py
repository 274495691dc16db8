"""Reading JSON from strangers: exact slices, every doubt named, no depth that harms."""

import pytest

from schemas.json_text import DEEPEST, Slice, read_json, read_members


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ('{"a": 1, "a": 1}', "twice"),
        ("[NaN]", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e309", "doubles"),
        ("9" * 309, "doubles"),
        ('"\\u0000"', "U+0000"),
        ('{"\\ud800": 1}', "surrogate"),
        ('["\ud800"]', "surrogate"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "deeply"),
    ],
)
def test_what_is_doubtful_is_named(text: str, doubt: str) -> None:
    (found,) = read_json(text).doubts
    assert doubt in found


@pytest.mark.parametrize(
    "text", ["1e308", "9" * 308, '"\\ud83c\\udfd7"', '"\\\\u0000"', "[" * DEEPEST + "]" * DEEPEST, "[[],{}]" + " " * 200]
)
def test_what_is_only_unusual_is_not(text: str) -> None:
    assert read_json(text).doubts == ()


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nul", "'a'", '{"a": 01}', "\x00", "1 2", "[" * 100_000])
def test_what_is_no_json_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_json(text)


def test_elements_come_as_the_exact_text_that_stood_there() -> None:
    text = ' {"z": [1, {"items": 2}] , "items" :[ {"a" : 1.0e2},\t"b,]" ,[ ] ], "y": null }\n'
    members = read_members(text, "items", most=1000)
    assert members["items"] == [Slice('{"a" : 1.0e2}', {"a": 100.0}), Slice('"b,]"', "b,]"), Slice("[ ]", [])]
    assert (members["z"], members["y"]) == ([1, {"items": 2}], None)


def test_an_element_nested_beyond_reading_is_cut_out_whole() -> None:
    deep = "[" * 3000 + '{"a": "]\\"]"}' + "]" * 3000
    members = read_members(f'{{"deep": {deep}, "items": [1, {deep}, 2]}}', "items", most=1000)
    assert members["items"] == [Slice("1", 1), Slice(deep, None), Slice("2", 2)]
    assert members["deep"] is None


def test_a_number_too_long_to_read_takes_no_neighbour_with_it() -> None:
    long = "7" * 10_000
    assert [each.text for each in read_members(f'{{"items": [{long}, 1]}}', "items", most=1000)["items"]] == [long, "1"]


NO_SUCH_ARRAY = [
    *("", "[]", "{}", '{"items": 1}', '{"items": [1 2]}', '{"items": [1,]}', '{"items": [,1]}', '{"items": []', '{"items": [],}'),
    *('{"items": [], "items": []}', '{"items": []}}', '{"a" "items": []}', '{1: 2, "items": []}', '{"items": [' + "[" * 5000),
]


@pytest.mark.parametrize("text", NO_SUCH_ARRAY)
def test_what_is_no_object_with_that_array_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_members(text, "items", most=1000)
