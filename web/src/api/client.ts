/** Requests to the gateway; what it refuses becomes an ApiProblem. */
import { noteBuild } from './build'
import { BUILD_HEADER } from './build-header'
import type { ProblemDetails } from './types'

export type ProblemCode = ProblemDetails['code'] | 'gateway_unreachable'

const TIMEOUT_MS = 15_000

/** RFC 9457: `code` is stable, `fields` has what a sentence about it needs. */
export class ApiProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    readonly fields: Record<string, unknown> = {},
  ) {
    super(code)
  }
}

/** GET, and the answer as JSON. Throws ApiProblem. */
export function get<Result>(path: string): Promise<Result> {
  return request('GET', path)
}

/** A request with an effect: sent again with the same key it would be answered, not run again. */
export function command<Result>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  key: string = identifier(),
): Promise<Result> {
  return request(method, path, body, { 'Idempotency-Key': key })
}

/** The same whose body is a file. */
export function upload<Result>(method: 'PUT', path: string, file: Blob): Promise<Result> {
  return request(method, path, file, {
    'Content-Type': file.type,
    'Idempotency-Key': identifier(),
  })
}

async function request<Result>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Result> {
  const isJson = body !== undefined && !(body instanceof Blob)
  const content = isJson ? JSON.stringify(body) : body
  if (isJson) headers['Content-Type'] = 'application/json'
  const response = await reach(path, { method, headers, body: content })
  noteBuild(response.headers.get(BUILD_HEADER))
  if (!response.ok) throw await problemOf(response)
  return (response.status === 204 ? undefined : await response.json()) as Result
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api/v1${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch {
    throw new ApiProblem('gateway_unreachable', 0)
  }
}

/** What an answer says that is no success. */
export function problemIn(text: string, status: number): ApiProblem {
  try {
    const problem = JSON.parse(text) as Partial<ProblemDetails>
    if (problem.code !== undefined) return new ApiProblem(problem.code, status, problem.fields)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new ApiProblem('service_unavailable', status)
}

async function problemOf(response: Response): Promise<ApiProblem> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    // not the gateway's own words: something in between, or the gateway on its way up or down
    return new ApiProblem('service_unavailable', response.status)
  }
  const problem = (await response.json()) as ProblemDetails
  return new ApiProblem(problem.code, problem.status, problem.fields)
}

/** 128 random bits in hexadecimal; `randomUUID` exists in secure contexts only. */
export function identifier(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
