import { describe, expect, it } from 'vitest'
import { piecesOf } from '@/text/links'

const linksOf = (text: string) =>
  piecesOf(text).flatMap(({ text: shown, href }) => (href === null ? [] : [[shown, href]]))

describe('links in a text', () => {
  it('are found with and without their scheme, and end before the sentence does', () => {
    expect(
      linksOf('See https://example.com/a_(b)?c=1, www.example.org. Or (example.net)!'),
    ).toEqual([
      ['https://example.com/a_(b)?c=1', 'https://example.com/a_(b)?c=1'],
      ['www.example.org', 'http://www.example.org/'],
      ['example.net', 'http://example.net/'],
    ])
    expect(linksOf('mail bob@example.com')).toEqual([['bob@example.com', 'mailto:bob@example.com']])
  })

  it('leave every character in its place', () => {
    const text = ' a\nhttps://example.com\n\tb. 1.2.3 file.txt 🙂 '
    expect(piecesOf(text).map((piece) => piece.text)).toEqual([
      ' a\n',
      'https://example.com',
      '\n\tb. 1.2.3 file.txt 🙂 ',
    ])
    expect(piecesOf('')).toEqual([])
  })

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'ftp://example.com',
    '//example.com',
    'https://bank.example@evil.example/',
    'https://example.com/\u202emoc.knab',
    '<img src=x onerror=alert(1)>',
  ])('are never made of %s', (text) => {
    expect(linksOf(text)).toEqual([])
  })

  it('are found in a huge text without taking long', () => {
    expect(linksOf('a.'.repeat(50_000) + ' https://example.com')).toHaveLength(1)
  })
})
