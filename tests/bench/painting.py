"""When something became visible in a page, by the machine's clock."""

from playwright.sync_api import Page

_WATCH = """([selector, byText]) => {
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
  window.paintedTexts = new Map()
  window.clickedAt = []
  const note = ({ timeStamp }) => window.clickedAt.push(timeStamp + clockOffset())
  addEventListener('click', note, { capture: true })
  addEventListener('keydown', (event) => event.key === 'Enter' && note(event), { capture: true })
  const channel = new MessageChannel()
  channel.port1.onmessage = ({ data }) => {
    const now = performance.now()
    window.paintedAt.push(now + clockOffset())
    window.paintedTexts.set(data, window.paintedAt.at(-1))
  }
  let visible = new Set()
  const look = () => {
    const found = [...document.querySelectorAll(selector)].filter((each) => opacity(each) >= 0.5)
    const keys = byText ? found.map((each) => each.textContent) : found
    keys.forEach((key, index) => {
      // heard after the frame being made
      if (!visible.has(key)) channel.port2.postMessage(found[index].textContent)
    })
    visible = byText ? new Set([...visible, ...keys]) : new Set(keys)
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
_OF_TEXT = """async (text) => {
  for (let waitedMs = 0; waitedMs <= 5000; waitedMs += 20) {
    for (const [painted, at] of window.paintedTexts) if (painted.includes(text)) return at
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${text} was not painted`)
}"""


def watch_for(page: Page, selector: str, *, by_text: bool = False) -> None:
    """Note from now on when an element begins to match and can be seen.

    `by_text`: each text once, however often the page makes its element anew.
    """
    page.evaluate(_WATCH, [selector, by_text])


def next_painted_at_ms(page: Page) -> float:
    """The time of the next one that was not asked for yet, in milliseconds of the epoch."""
    painted_at_ms: float = page.evaluate(_NEXT)
    return painted_at_ms


def painted_at_ms(page: Page, text: str) -> float:
    """When this was painted first."""
    at_ms: float = page.evaluate(_OF_TEXT, text)
    return at_ms


def clicked_at_ms(page: Page) -> float:
    """The time of the last click, or Enter, as the browser got it from the person."""
    at_ms: float = page.evaluate("window.clickedAt.at(-1)")
    return at_ms
