/** Connections that a browser keeps for the next requests, and that may lead nowhere after a sleep. */

/** As many as a browser opens to one host by HTTP/1.1. */
const MOST = 6
/** The gateway answers at once. */
const ANSWER_MS = 1000

/**
 * Ask the gateway something small on each connection: what does not answer is closed by the browser,
 * and no request that matters is sent on it.
 */
export async function shedDeadConnections(): Promise<void> {
  const questions = Array.from({ length: MOST }, () =>
    fetch('/', {
      method: 'HEAD',
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    }),
  )
  await Promise.allSettled(questions)
}
