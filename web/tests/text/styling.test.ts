import { describe, expect, it } from 'vitest'
import { type Block, blocksOf, type Span } from '@/text/styling'

/** As a little language: `<strong *a*>`. */
const spanText = (span: Span): string =>
  'spans' in span ? `<${span.kind} ${span.spans.map(spanText).join('')}>` : span.text
function blockText(block: Block): string {
  switch (block.kind) {
    case 'line':
      return block.spans.map(spanText).join('')
    case 'quote':
      return `[${block.blocks.map(blockText).join('|')}]`
    case 'code':
      return `{${block.text}}`
  }
}
const read = (text: string) => blocksOf(text).map(blockText)

describe('message styling', () => {
  it.each([
    ['*strong* plain *strong*', '<strong *strong*> plain <strong *strong*>'],
    ['_a_ ~b~ `c`', '<emphasis _a_> <strike ~b~> <code `c`>'],
    ['*_both_*', '<strong *<emphasis _both_>*>'],
    ['`*no*`', '<code `*no*`>'],
    ['2*3*4 snake_case_name', '2*3*4 snake_case_name'],
    ['* a list', '* a list'],
    ['*not closed', '*not closed'],
    ['**', '**'],
    ['*a *b*', '<strong *a *b*>'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual([expected])
  })

  it('knows quotations in quotations and what is written by a machine', () => {
    expect(read('> a\n> > b\nc')).toEqual(['[a|[b]]', 'c'])
    expect(read('```\n*x*\n```\ny')).toEqual(['{*x*}', 'y'])
    expect(read('```\nno end')).toEqual(['{no end}'])
  })

  it('is not led astray by depth or length', () => {
    expect(read('>'.repeat(1000))).toHaveLength(1)
    expect(read('*'.repeat(20_000))).toHaveLength(1)
    expect(read('*_~'.repeat(5000))).toHaveLength(1)
    expect(read('*a _a '.repeat(50_000))).toHaveLength(1)
  })
})
