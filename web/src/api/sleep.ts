/** Notices that the machine has slept. */

const PERIOD_MS = 1000
/** A busy machine is this late at most; connections survive shorter naps. */
const GAP_MS = 5000

/** Calls `woke` whenever time has jumped: the machine slept, or somebody set its clock. */
export function watchSleep(woke: () => void): void {
  let lastMs = Date.now()
  setInterval(() => {
    const passedMs = Date.now() - lastMs
    lastMs += passedMs
    if (Math.abs(passedMs - PERIOD_MS) > GAP_MS) woke()
  }, PERIOD_MS)
}
