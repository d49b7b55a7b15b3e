import json
import os
import subprocess
import sys

import pytest
from catalog_svc.domain.content import ItemContent
from catalog_svc.domain.errors import BadQuery
from catalog_svc.domain.pinyin import readings
from catalog_svc.domain.search_keys import SearchWords, search_keys
from catalog_svc.domain.search_text import Query, joined, normalise, parse_query
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  ＳＦＺ ", "sfz"),
        ("Chang'ān", "changan"),
        ("chang’an", "changan"),
        ("lǚyóu", "lvyou"),
        ("LÜYOU", "lvyou"),
        ("国（境）外", "国 境 外"),
        ("a%_\\b", "a b"),
        ("！？", ""),
        ("身份证\u3000换领", "身份证 换领"),
    ],
)
def test_what_people_type_is_made_comparable(typed: str, meant: str):
    assert normalise(typed) == meant


@given(st.text(max_size=80))
def test_normalised_text_has_only_letters_digits_and_single_spaces(text: str):
    result = normalise(text)
    assert all(part.isalnum() for part in result.split(" ") if part)
    assert result == result.strip() and "  " not in result


@given(st.text(max_size=64))
def test_any_text_is_a_query_or_a_clear_refusal(text: str):
    try:
        query = parse_query(text)
    except BadQuery:
        return
    if query is not None:
        assert query.chinese or query.latin
        assert all(not set(term) & set("%_\\ ") for term in (*query.chinese, *query.latin))


def test_chinese_and_latin_in_one_word_are_two_terms():
    assert parse_query("身份zheng") == Query("身份zheng", ("身份",), ("zheng",))


def test_pairs_are_the_neighbouring_characters_of_chinese_terms():
    query = parse_query("补办身份证 sfz")
    assert query is not None
    assert query.pairs == ("补办", "办身", "身份", "份证")


@pytest.mark.parametrize("text", ["长" * 65, "a b c d e f g", "x" * 1_000_000])
def test_too_long_a_query_is_refused(text: str):
    with pytest.raises(BadQuery):
        parse_query(text)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("西安市公安局长安分局", "xianshigonganjuchanganfenju"),
        ("重名查询", "chongmingchaxun"),
        ("行驶证", "xingshizheng"),
    ],
)
def test_readings_the_dictionary_gets_wrong_are_put_right(search_words: SearchWords, name: str, reading: str):
    assert "".join(readings(name, search_words.overrides)[0]) == reading


def test_official_names_are_read_as_the_phrase_dictionary_reads_them(
    packaged: list[ItemContent], search_words: SearchWords
):
    """We go without that dictionary to save memory; in a process of its own it says which words we need."""
    names = [joined(item.name) for item in packaged]
    program = (
        "import json, sys; from pypinyin import lazy_pinyin;"
        "print(json.dumps([''.join(lazy_pinyin(name)) for name in json.load(sys.stdin)]))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYPINYIN_NO_PHRASES"}
    output = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(names),
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    ours = ["".join(readings(name, search_words.overrides)[0]) for name in names]
    differ = {
        name for name, mine, theirs in zip(names, ours, json.loads(output), strict=True) if mine != theirs
    }
    assert differ == {"重名查询", "打拐寻亲免费采血预约"}


def test_a_word_read_in_two_ways_is_found_by_both(search_words: SearchWords):
    ways = {"".join(way) for way in readings("免费采血", search_words.overrides)}
    assert ways == {"mianfeicaixue", "mianfeicaixie"}


def test_keys_begin_at_syllables_only(packaged: list[ItemContent], search_words: SearchWords):
    keys = search_keys(next(item for item in packaged if item.code == "HUZHENG-001"), search_words)
    assert " shenfenzheng" in keys.latin_key
    assert " sfz" in keys.latin_key
    assert " henfen" not in keys.latin_key
    assert keys.initials_key == "jmsfzyxqmhl"


def test_everyday_words_are_keys_too(packaged: list[ItemContent], search_words: SearchWords):
    keys = search_keys(next(item for item in packaged if item.code == "JIAOJING-001"), search_words)
    assert "驾照有效期满换证" in keys.text_key
    assert " jiazhao" in keys.latin_key


def test_every_synonym_stands_for_words_that_some_item_has(
    packaged: list[ItemContent], search_words: SearchWords
):
    names = " ".join(item.name for item in packaged)
    unused = {
        everyday: [official for official in officials if official not in names]
        for everyday, officials in search_words.synonyms.items()
    }
    assert {everyday: words for everyday, words in unused.items() if words} == {}
