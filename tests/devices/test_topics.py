import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import TopicError
from devices.topics import Channel, Topic, is_valid_id, parse_topic, topic_filter, topic_of

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True).filter(lambda text: text != "all")


@given(site=IDS, device=IDS, channel=st.sampled_from(Channel))
def test_a_topic_survives_being_built_and_taken_apart(site: str, device: str, channel: Channel) -> None:
    assert parse_topic(topic_of(site, device, channel)) == Topic(site=site, device=device, channel=channel)


def test_topics_are_those_of_the_contract() -> None:
    assert topic_of("okayama", "valve-7", Channel.COMMAND) == "wanwan/v1/okayama/valve-7/command"
    assert topic_filter("okayama", Channel.STATE) == "wanwan/v1/okayama/+/state"


@pytest.mark.parametrize("text", ["", "all", "a/b", "+", "#", "a b", "-a", "バルブ", "a\n", "$SYS", "a" * 64, "a.b"])
def test_what_is_not_safe_in_a_topic_is_no_id(text: str) -> None:
    assert not is_valid_id(text)
    with pytest.raises(TopicError):
        topic_of("okayama", text, Channel.STATE)
    with pytest.raises(TopicError):
        topic_of(text, "valve-7", Channel.STATE)
    with pytest.raises(TopicError):
        topic_filter(text, Channel.STATE)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "wanwan/v1",
        "wanwan/v1/okayama/valve-7",
        "wanwan/v1/okayama/valve-7/level",
        "wanwan/v1/okayama/valve-7/state/more",
        "wanwan/v2/okayama/valve-7/state",
        "x/wanwan/v1/okayama/valve-7/state",
        "wanwan/v1/okayama/+/state",
        "wanwan/v1//valve-7/state",
    ],
)
def test_a_foreign_topic_is_refused(name: str) -> None:
    with pytest.raises(TopicError):
        parse_topic(name)
