/** The SharedWorker that owns the one event stream of this browser and hands it to every page. */
import { shedDeadConnections } from './connections'
import { EventStream, isBefore, type StreamState } from './event-stream'
import { watchSleep } from './sleep'
import type { AnyEvent } from './types'

/** What a page says. */
export type ToEventWorker =
  { kind: 'start'; after: string } | { kind: 'signed_out' } | { kind: 'retry' } | { kind: 'bye' }
/** What the worker says. */
export type FromEventWorker =
  | { kind: 'event'; id: string; event: AnyEvent }
  | { kind: 'reset' }
  | { kind: 'state'; state: StreamState }
  /** The gateway serves this build of the page. */
  | { kind: 'build'; build: string | null }
  /** The machine has slept. */
  | { kind: 'woke' }

const pages = new Set<MessagePort>()
let startedAfter = ''

const stream = new EventStream({
  stateChanged: (state) => tell({ kind: 'state', state }),
  received: (id, event) => tell({ kind: 'event', id, event }),
  reset: () => tell({ kind: 'reset' }),
  served: (build) => tell({ kind: 'build', build }),
})

watchSleep(() => {
  tell({ kind: 'woke' })
  void shedDeadConnections().then(() => stream.reconnect())
})

function tell(message: FromEventWorker): void {
  for (const page of pages) page.postMessage(message)
}

function hear(page: MessagePort, message: ToEventWorker): void {
  switch (message.kind) {
    case 'start':
      pages.add(page) // also one that the browser has brought back from its history
      start(message.after)
      page.postMessage({ kind: 'state', state: stream.state } satisfies FromEventWorker)
      break
    case 'retry':
      stream.retryNow()
      break
    case 'signed_out':
      stream.stop()
      tell({ kind: 'state', state: { name: 'signed_out' } })
      break
    case 'bye':
      pages.delete(page)
  }
}

/** A running stream is kept, unless it began after what the page knows. */
function start(after: string): void {
  const isRunning = stream.state.name !== 'stopped' && stream.state.name !== 'signed_out'
  if (isRunning && !isBefore(after, startedAfter)) return
  startedAfter = after
  stream.start(after)
}

const scope = self as unknown as { onconnect: (event: MessageEvent) => void }
scope.onconnect = ({ ports }) => {
  const page = ports[0]
  if (page === undefined) return
  pages.add(page)
  page.onmessage = ({ data }: MessageEvent<ToEventWorker>) => hear(page, data)
}
