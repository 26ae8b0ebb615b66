"""When something became visible in a page, by the machine's clock."""

from playwright.sync_api import Page

_WATCH = """(selector) => {
  // what is to be added to the page's clock, in milliseconds; finer than Date.now() tells at once
  const clockOffset = () => {
    const before = Date.now()
    let after
    do after = Date.now()
    while (after === before)
    return after - performance.now()
  }
  const opacity = (element) => Number(getComputedStyle(element).opacity)
  window.paintedAt = []
  const channel = new MessageChannel()
  channel.port1.onmessage = () => {
    const now = performance.now()
    window.paintedAt.push(now + clockOffset())
  }
  let visible = new Set()
  const look = () => {
    const found = [...document.querySelectorAll(selector)].filter((each) => opacity(each) >= 0.5)
    for (const each of found) {
      if (!visible.has(each)) channel.port2.postMessage(null) // heard after the frame being made
    }
    visible = new Set(found)
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""
_NEXT = """async () => {
  for (let waitedMs = 0; window.paintedAt.length === 0; waitedMs += 20) {
    if (waitedMs > 5000) throw new Error('nothing was painted')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return window.paintedAt.shift()
}"""


def watch_for(page: Page, selector: str) -> None:
    """Note from now on when an element begins to match and can be seen."""
    page.evaluate(_WATCH, selector)


def next_painted_at_ms(page: Page) -> float:
    """The time of the next one that was not asked for yet, in milliseconds of the epoch."""
    painted_at_ms: float = page.evaluate(_NEXT)
    return painted_at_ms
