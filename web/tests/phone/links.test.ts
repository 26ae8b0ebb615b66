import { describe, expect, it } from 'vitest'
import { meaningOf } from '@/components/phone/links'

describe('a link of another page', () => {
  it.each([
    ['tel:+49-30-1234', '+49-30-1234'],
    ['tel:+49%20(0)30%2F1234', '+49 (0)30/1234'],
    ['TEL://0301234', '0301234'],
    ['tel:7042;phone-context=example.com', '7042'],
    ['sip:bob@example.com', 'bob@example.com'],
    ['sips:bob@example.com:5061;transport=tls?Replaces=x', 'bob@example.com:5061'],
    ['sip:%2B49301234@example.com', '+49301234@example.com'],
  ])('%s fills the field', (link, target) => {
    expect(meaningOf(link)).toEqual({ target })
  })

  it.each([
    'tel:*21*0900123456%23',
    'tel:%2A%2A21',
    'tel:*#06#',
    'tel:＊21',
    'sip:*97@example.com',
    'sip:%2397@example.com',
  ])('%s has a service code and is refused', (link) => {
    expect(meaningOf(link)).toEqual({ problem: 'link_refused' })
  })

  it.each([
    '',
    'tel:',
    'tel:call me',
    'tel:%E0%A4%A',
    'tel:%252A21',
    'sip:%252397@example.com',
    'sip:example.com',
    'sip:bob:secret@example.com',
    'javascript:alert(1)',
    'https://example.com/tel:1',
    `tel:${'1'.repeat(2000)}`,
  ])('%s is nothing that can be dialled', (link) => {
    expect(meaningOf(link)).toEqual({ problem: 'link_unreadable' })
  })
})
