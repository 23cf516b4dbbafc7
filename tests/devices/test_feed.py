import asyncio

from devices.feed import Feed


async def test_every_subscriber_hears_everything_in_order() -> None:
    feed: Feed[int] = Feed()
    with feed.subscribe() as one, feed.subscribe() as other:
        for number in range(3):
            feed.say(number)
        assert [await anext(one) for _ in range(3)] == [0, 1, 2]
        assert [await anext(other) for _ in range(3)] == [0, 1, 2]


async def test_a_slow_subscriber_loses_the_oldest_and_holds_up_nobody() -> None:
    feed: Feed[int] = Feed()
    with feed.subscribe(limit=2) as slow:
        for number in range(5):
            feed.say(number)
        assert slow.dropped == 3
        assert [await anext(slow), await anext(slow)] == [3, 4]


async def test_a_subscriber_waits_for_what_is_yet_to_come() -> None:
    feed: Feed[str] = Feed()
    with feed.subscribe() as subscription:
        waiting = asyncio.create_task(anext(subscription))
        await asyncio.sleep(0)
        feed.say("now")
        assert await waiting == "now"


def test_who_left_hears_no_more() -> None:
    feed: Feed[int] = Feed()
    with feed.subscribe() as gone:
        pass
    feed.say(1)
    assert not gone._waiting
    assert not feed.subscriptions
