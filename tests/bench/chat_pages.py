"""What a page needs for a long conversation, and for many."""

import os
import time

import psutil
from playwright.sync_api import Page, expect

from tests.bench import converse
from tests.bench.chat_archive import BOB, other
from tests.bench.chat_servers import ChatStack, Place
from tests.bench.figures import Figure, Report, percentile
from tests.bench.footprint import Processes
from tests.bench.painting import clicked_at_ms, next_painted_at_ms, watch_for

RUNS = 7
OPEN = 20
"""Conversations."""
SETTLED_S = 5.0
LONGEST_TASK_MS = 50
SCROLLED_WITHIN_MS = 240_000
PAGE_MESSAGES = 60
"""That the page asks for at once."""


def measure(report: Report, place: Place, alice: ChatStack, messages: int) -> None:
    """Bob's conversation has this many messages, the stack the newest of them."""
    with alice.face():  # keeps the stack signed in
        with converse.site(place) as address:
            peer_times = [converse.open_ms(place, address, BOB) for _ in range(RUNS)]
        times = [_open_ms(place, alice) for _ in range(RUNS)]
        value, peer_value = percentile(times, 50), percentile(peer_times, 50)
        report.add(Figure("open_50k_ms", value, "ms", RUNS, converse.NAME, peer_value))
        with alice.page(place) as page:
            _report_memory(report, page)
        with alice.page(place, f"/chat/{BOB}") as page:
            _report_scrolling(report, page, messages)


def _open_ms(place: Place, alice: ChatStack) -> float:
    """From the click on a conversation to its newest messages, in a page that has none open."""
    with alice.page(place) as page:
        row = page.locator(f'[data-row="{BOB}"]').get_by_role("button").first
        expect(row).to_be_visible()
        watch_for(page, '[data-testid="message"]')
        row.click()
        return next_painted_at_ms(page) - clicked_at_ms(page)


def _report_memory(report: Report, page: Page) -> None:
    """Of the tab with many conversations open, of the service and the engine beside it."""
    for number in range(OPEN):
        page.locator(f'[data-row="{other(number)}"]').get_by_role("button").click()
        pane = page.locator(f'[data-conversation="{other(number)}"]')
        expect(pane.get_by_test_id("message").first).to_be_visible()
    expect(page.get_by_test_id("chat-tab")).to_have_count(OPEN)
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    time.sleep(SETTLED_S)
    report.add(Figure("tab_mb", _tab_mb(), "MB", 1))
    found = {row["process"]: row["pss_mb"] for row in Processes(os.getpid()).rows()}
    report.add(Figure("chat_service_mb", found["bus.run chat"], "MB", 1))
    report.add(Figure("chat_engine_mb", found["services.chat.engine"], "MB", 1))


def _tab_mb() -> float:
    """Of the largest renderer: the browser keeps small ones in reserve."""
    pages = [
        each.memory_full_info().pss
        for each in psutil.Process().children(recursive=True)
        if "--type=renderer" in each.cmdline()
    ]
    return round(max(pages) / 2**20, 1)


def _report_scrolling(report: Report, page: Page, messages: int) -> None:
    """Back to the very first message, as fast as they come, or as far as there is time."""
    pages: list[str] = []
    page.on("requestfinished", lambda request: pages.append(request.url))
    expect(page.get_by_test_id("message").first).to_be_visible()
    page.set_default_timeout(2 * SCROLLED_WITHIN_MS)
    found = page.get_by_test_id("messages").evaluate(_SCROLL_BACK, SCROLLED_WITHIN_MS)
    loaded = PAGE_MESSAGES * sum("/messages?" in url for url in pages)
    scrolled = messages if found["isWhole"] else loaded
    long_tasks = [each for each in found["tasksMs"] if each > LONGEST_TASK_MS]
    report.add(Figure("scroll_long_tasks", len(long_tasks), "", scrolled))
    report.add(Figure("scroll_longest_task_ms", max(found["tasksMs"], default=0), "ms", scrolled))
    rate = round(scrolled / found["tookMs"] * 1000)
    report.add(Figure("scroll_messages_per_s", rate, "/s", scrolled))


_SCROLL_BACK = """async (list, withinMs) => {
  const tasksMs = []
  const observer = new PerformanceObserver((entries) =>
    tasksMs.push(...entries.getEntries().map(({ duration }) => duration)))
  observer.observe({ type: 'longtask' })
  const frame = () => new Promise(requestAnimationFrame)
  const startedAt = performance.now()
  const isWhole = () => list.querySelector('[data-testid="row-begin"]') !== null
  while (!isWhole() && performance.now() - startedAt < withinMs) {
    list.scrollTop -= 200
    await frame()
  }
  const tookMs = performance.now() - startedAt
  await new Promise((resolve) => setTimeout(resolve, 200))
  return { tasksMs, tookMs, isWhole: isWhole() }
}"""
