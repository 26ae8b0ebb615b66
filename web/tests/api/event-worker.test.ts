import { beforeAll, expect, it, vi } from 'vitest'
import type { FromEventWorker, ToEventWorker } from '@/api/event-worker'

/** A page of the browser, as the worker sees it. */
class Page {
  readonly heard: FromEventWorker[] = []
  onmessage!: (message: { data: ToEventWorker }) => void
  postMessage = (message: FromEventWorker) => this.heard.push(message)
  says = (data: ToEventWorker) => this.onmessage({ data })
  get events() {
    return this.heard.flatMap((message) => (message.kind === 'event' ? [message.id] : []))
  }
}

const streams: WritableStreamDefaultWriter<Uint8Array>[] = []
const worker = globalThis as unknown as { onconnect: (event: { ports: Page[] }) => void }

beforeAll(async () => {
  vi.stubGlobal('self', globalThis)
  vi.stubGlobal('fetch', () => {
    const body = new TransformStream<Uint8Array, Uint8Array>()
    streams.push(body.writable.getWriter())
    return Promise.resolve(new Response(body.readable))
  })
  await import('@/api/event-worker')
})

function opened(after: string): Page {
  const page = new Page()
  worker.onconnect({ ports: [page] })
  page.says({ kind: 'start', after })
  return page
}

const gatewaySays = (text: string) => streams.at(-1)?.write(new TextEncoder().encode(text))

it('has one stream however many pages are open', async () => {
  const pages = ['5-0', '6-0', '7-0'].map(opened)
  expect(streams).toHaveLength(1)
  await gatewaySays('id: 8-0\ndata: {}\n\n')
  await vi.waitFor(() =>
    expect(pages.map((page) => page.events)).toEqual([['8-0'], ['8-0'], ['8-0']]),
  )
})

it('forgets a page that is closed, and knows one that the browser has brought back', async () => {
  const page = opened('8-0')
  page.says({ kind: 'bye' })
  await gatewaySays('id: 9-0\ndata: {}\n\n')
  page.says({ kind: 'start', after: '9-0' })
  await gatewaySays('id: 10-0\ndata: {}\n\n')
  await vi.waitFor(() => expect(page.events).toEqual(['10-0']))
})
