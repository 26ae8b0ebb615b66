/** A gateway that answers requests from a table, and notes what it was asked. */
import { vi } from 'vitest'

export interface Asked {
  method: string
  path: string
  body: unknown
  key: string | null
}

type Ask = (asked: Asked) => Promise<object> | object
type Answer = object | null | Ask

/** Answers by "METHOD /path"; a problem is an answer with `code` and `status`. */
export function stubGateway(answers: Record<string, Answer>): Asked[] {
  const log: Asked[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const asked = {
      method: init.method ?? 'GET',
      path: url.replace('/api/v1', ''),
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      key: new Headers(init.headers).get('Idempotency-Key'),
    }
    log.push(asked)
    const answer = answers[`${asked.method} ${asked.path}`]
    if (answer === undefined) throw new TypeError('Failed to fetch')
    const content = typeof answer === 'function' ? await (answer as Ask)(asked) : answer
    return responseOf(content)
  })
  return log
}

function responseOf(content: object | null): Response {
  if (content === null) return new Response(null, { status: 204 })
  const isProblem = 'code' in content && 'status' in content
  return Response.json(content, {
    status: isProblem ? (content.status as number) : 200,
    headers: { 'Content-Type': isProblem ? 'application/problem+json' : 'application/json' },
  })
}
