"""Years and degrees in Chinese, Japanese and Korean: examples, and texts that say something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.role.east_asian import degree_in_east_asian, is_east_asian, years_in_east_asian
from transforms.role.requirements import MAX_YEARS, degree_in, years_in

YEARS = (
    ("要求：\n- 至少4年面包烘焙经验", 4),
    ("- 具有五年以上的仓库管理经验", 5),
    ("- 3 - 6 年前端开发经验", 3),
    ("- 两年及以上物流從業經驗", 2),
    ("・倉庫管理の実務経験６年以上", 6),
    ("・パン製造の経験2〜4年", 2),
    ("- 제빵 경력 7년 이상", 7),
    ("- 물류 분야에서 3~5년의 경험", 3),
    ("我们公司成立十年，拥有丰富经验", None),
    ("当社は創業15年の経験があります", None),
    ("2019年から経験を積んだ店です", None),
    ("- 5年以上经验者优先", None),
    ("加分项：\n- 5年以上的烘焙经验", None),
    ("歓迎条件\n・経験5年以上", None),
    ("우대 사항\n- 경력 5년 이상", None),
    ("우대 사항\n- 운전면허\n자격 요건\n- 경력 5년 이상", 5),
    ("我们希望你在这里成长3年", None),
    ("在过去5年的经验里我们学到很多", None),
    ("三年前的经验", None),
)
DEGREES = (
    ("- 食品科学或相关专业本科及以上学历", "bachelor"),
    ("- 物流專業碩士學位", "master"),
    ("- 食品工程本科或硕士学历", "bachelor"),
    ("- 大专以上学历的求职者", "associate"),
    ("- 学历不限，我们看重的是态度", "none"),
    ("・食品科学の学士号または修士号", "bachelor"),
    ("・高専卒以上の方", "associate"),
    ("・学歴不問の仕事です", "none"),
    ("- 식품공학 학사 학위를 가진 분이", "bachelor"),
    ("- 관련 전공의 석사 이상", "master"),
    ("- 硕士学历优先的职位", None),
    ("・修士号があれば歓迎", None),
    ("우대 사항\n- 석사 학위 이상의 분", None),
    ("创始人毕业于：博士学位的团队", None),
    ("李博士的实验室", None),
)


@pytest.mark.parametrize(("text", "years"), YEARS)
def test_years(text: str, years: float | None) -> None:
    reading = years_in(text)
    assert (reading[0] if reading else None) == years


@pytest.mark.parametrize(("text", "degree"), DEGREES)
def test_degree(text: str, degree: str | None) -> None:
    reading = degree_in(text)
    assert (reading.value if reading else None) == degree


def test_spans_hold_what_was_read() -> None:
    text = "要求的是：\n- 至少4年烘焙经验\n- 本科及以上学历"
    years, degree = years_in_east_asian(text, MAX_YEARS), degree_in_east_asian(text)
    assert years is not None
    assert text[years.start : years.end] == "4年"
    assert degree is not None
    assert text[degree.start : degree.end] == "本科"


@given(st.text(alphabet="年的経験3-5至少,，。\n- 学士硕优先이상", max_size=80))
def test_never_raises(text: str) -> None:
    years, degree = years_in_east_asian(text, MAX_YEARS), degree_in_east_asian(text)
    assert years is None or 0 < float(years.value) <= MAX_YEARS
    assert degree is None or 0 <= degree.start < degree.end <= len(text)


def test_other_scripts_are_left_alone() -> None:
    assert not is_east_asian("5 ans d’expérience exigés")
    assert not is_east_asian("5+ years")
