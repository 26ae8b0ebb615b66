/** The page's end of the event stream; the stream itself lives in a SharedWorker. */
import type { FromEventWorker, ToEventWorker } from './event-worker'

export interface EventClient {
  /** Deliver what comes after this event id; the answer is a `state` message. */
  start(after: string): void
  /** This browser has signed out: no page of it wants events any more. */
  signedOut(): void
  retry(): void
}

/**
 * Every message of the worker goes to `listen`, from now on. `returned` is called when the browser
 * brings this page back from its history.
 */
export function connectEvents(
  listen: (message: FromEventWorker) => void,
  returned: () => void,
): EventClient {
  const worker = new SharedWorker(new URL('./event-worker.ts', import.meta.url), {
    type: 'module',
    name: 'events',
  })
  const say = (message: ToEventWorker) => worker.port.postMessage(message)
  worker.port.onmessage = ({ data }: MessageEvent<FromEventWorker>) => listen(data)
  addEventListener('pagehide', () => say({ kind: 'bye' }))
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) returned()
  })
  addEventListener('online', () => say({ kind: 'retry' }))
  return {
    start: (after) => say({ kind: 'start', after }),
    signedOut: () => say({ kind: 'signed_out' }),
    retry: () => say({ kind: 'retry' }),
  }
}
