import { expect, it } from 'vitest'
import { ApiProblem } from '@/api/client'
import { fieldOf, refusedSide } from '@/text/sign-in'

const failed = (reason: string) => new ApiProblem('sign_in_failed', 403, { reason })

it.each([
  [failed('wrong_password'), 'password'],
  [failed('unknown_user'), 'user'],
  [failed('unknown_server'), 'server'],
  [failed('tls_refused'), 'server'],
  [failed('server_error'), 'form'],
  [new ApiProblem('account_taken', 409), 'user'],
  [new ApiProblem('invalid_request', 422, { field: 'user' }), 'user'],
  [new ApiProblem('invalid_request', 422, { problems: [{ loc: ['server'] }] }), 'server'],
  [new ApiProblem('gateway_unreachable', 0), 'form'],
])('%# is shown where it can be mended', (problem, field) => {
  expect(fieldOf(problem)).toBe(field)
})

it('asks for the credentials of one side only if the other took what was typed', () => {
  const refusal = (fields: object) =>
    refusedSide(new ApiProblem('sign_in_failed', 403, { reason: 'wrong_password', ...fields }))
  expect(refusal({ side: 'chat', accepted: 'sip' })).toBe('chat')
  expect(refusal({ side: 'sip', accepted: 'chat' })).toBe('sip')
  expect(refusal({ side: 'sip' })).toBeNull()
})
