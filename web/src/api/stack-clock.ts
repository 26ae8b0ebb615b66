/**
 * The stack's clock, by which all times and durations are shown: this machine's own may be wrong.
 *
 * Between two answers it runs on the browser's monotonic clock, which nobody sets.
 */
let startedAtMs = Date.now() - performance.now()

/** What the stack said in an answer that has just come. */
export function setStackClock(now: string): void {
  startedAtMs = Date.parse(now) - performance.now()
}

/** Milliseconds since 1970. */
export const stackNowMs = () => startedAtMs + performance.now()
