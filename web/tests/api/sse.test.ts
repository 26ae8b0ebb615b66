import { describe, expect, it } from 'vitest'
import { SseParser } from '@/api/sse'

const message = (data: string, id: string | null = null, name = 'message') => ({ id, name, data })

describe('the event stream parser', () => {
  it('reads id, name and data', () => {
    const found = new SseParser().push('id: 1-0\nevent: reset\ndata: {}\n\n')
    expect(found).toEqual([message('{}', '1-0', 'reset')])
  })

  it('puts pieces together, wherever they were cut', () => {
    const parser = new SseParser()
    const found = Array.from('id: 1-0\r\ndata: a\r\ndata: b\r\n\r\n').flatMap((c) => parser.push(c))
    expect(found).toEqual([message('a\nb', '1-0')])
  })

  it('remembers the id, not the name', () => {
    const found = new SseParser().push('id: 1-0\nevent: x\ndata: a\n\ndata: b\n\n')
    expect(found).toEqual([message('a', '1-0', 'x'), message('b', '1-0')])
  })

  it('leaves out comments, retry and messages without data', () => {
    expect(new SseParser().push('retry: 1000\n\n: alive\n\nevent: x\n\n')).toEqual([])
  })
})
