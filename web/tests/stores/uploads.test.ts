import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/client'
import { useUploads } from '@/stores/uploads'
import { formatSize } from '@/text/file'
import { messageOf } from '../samples'

const bob = 'bob@example.com'
const file = (name: string, bytes = 1000) => new File([new Uint8Array(bytes)], name)
const names = () =>
  useUploads()
    .of(bob)
    .map((upload) => upload.file.name)

/** What the gateway is asked to take, and how it answers. */
const carried: { name: string; id: string; end: (error?: ApiProblem) => void }[] = []
vi.mock('@/api/file-operations', () => ({
  getUploadService: () => Promise.resolve({ is_offered: true, largest_bytes: 5000, origin: null }),
  sendFile: (_id: string, id: string, { name }: File, note: (sent: number) => void) =>
    new Promise((resolve, reject) => {
      note(500)
      const end = (error?: ApiProblem) => (error ? reject(error) : resolve(messageOf()))
      carried.push({ name, id, end })
    }),
}))

beforeEach(() => {
  setActivePinia(createPinia())
  carried.length = 0
})

describe('files on their way', () => {
  it('go one after another, and are gone when they are there', async () => {
    const uploads = useUploads()
    await uploads.send(bob, [file('one'), file('two')])
    expect(carried.map(({ name }) => name)).toEqual(['one'])
    expect(uploads.of(bob)[0]?.sentBytes).toBe(500)

    carried[0]?.end()
    await vi.waitFor(() => expect(carried.map(({ name }) => name)).toEqual(['one', 'two']))
    expect(names()).toEqual(['two'])
  })

  it('are refused before they are sent if the server takes none so large', async () => {
    const uploads = useUploads()
    await uploads.send(bob, [file('huge', 6000)])
    expect(uploads.of(bob)[0]?.problem?.fields).toEqual({
      reason: 'too_large',
      largest_bytes: 5000,
    })
    expect(carried).toEqual([])
  })

  it('stay when they fail, and are the same message when they are tried again', async () => {
    const uploads = useUploads()
    await uploads.send(bob, [file('one'), file('two')])
    carried[0]?.end(new ApiProblem('gateway_unreachable', 0))
    await vi.waitFor(() => expect(carried).toHaveLength(2))
    carried[1]?.end()
    await vi.waitFor(() => expect(names()).toEqual(['one']))

    const failed = uploads.of(bob)[0]
    expect(failed?.problem?.code).toBe('gateway_unreachable')
    if (failed) uploads.retry(failed)
    expect(carried[2]?.id).toBe(carried[0]?.id)
  })

  it('make room for the next when they are cancelled', async () => {
    const uploads = useUploads()
    await uploads.send(bob, [file('one'), file('two')])
    const first = uploads.of(bob)[0]
    if (first) uploads.cancel(first)
    carried[0]?.end(new ApiProblem('gateway_unreachable', 0))
    await vi.waitFor(() => expect(carried.map(({ name }) => name)).toEqual(['one', 'two']))
    expect(names()).toEqual(['two'])
  })
})

it.each([
  [17, 'en', '17 byte'],
  [52_428_800, 'en', '50 MB'],
  [52_428_800, 'de', '50 MB'],
  [1_234_567, 'de', '1,2 MB'],
])('%i bytes are a size that is easily read', (bytes, locale, text) => {
  expect(formatSize(bytes, locale)).toBe(text)
})
