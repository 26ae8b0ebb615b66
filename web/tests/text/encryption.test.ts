import { expect, it } from 'vitest'
import { degreeOf } from '@/text/encryption'

it('calls a call encrypted only if neither its sound nor its signalling is plain', () => {
  expect(degreeOf({ signalling: 'tls', media: 'sdes' })).toBe('full')
  expect(degreeOf({ signalling: 'tls', media: 'dtls' })).toBe('full')
  expect(degreeOf({ signalling: 'tls', media: 'none' })).toBe('signalling')
  expect(degreeOf({ signalling: 'udp', media: 'dtls' })).toBe('sound')
  expect(degreeOf({ signalling: 'tcp', media: 'none' })).toBe('none')
})
