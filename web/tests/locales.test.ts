import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import openapi from '../openapi.json'

type Tree = { [key: string]: string | Tree }

// read as files: imported, they would be compiled messages already
const textOf = (language: string) => readFileSync(`src/locales/${language}.json`, 'utf8')
const de = JSON.parse(textOf('de')) as Tree
const en = JSON.parse(textOf('en')) as Tree

const SOURCES = import.meta.glob<string>('../src/**/*.{ts,vue}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

function keysOf(tree: Tree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

const source = Object.values(SOURCES).join('\n')
/** Keys written out, and the beginnings of those that end in a value of the contract. */
const literal = new Set(
  Array.from(source.matchAll(/(?<!case )'([a-zA-Z]+(?:\.\w+)+)'/g), ([, key]) => key),
)
const prefixes = Array.from(
  source.matchAll(/`((?:[a-zA-Z]+[._])+)\$\{/g),
  ([, prefix]) => prefix ?? '',
)
const keys = keysOf(en)

describe('the locales', () => {
  it('have the same keys', () => {
    expect(keysOf(de)).toEqual(keys)
  })

  it.each(['de', 'en'])('%s is sorted', (language) => {
    const text = textOf(language)
    expect(text).toBe(`${JSON.stringify(sorted(JSON.parse(text) as Tree), null, 2)}\n`)
  })

  it('have no key that nobody uses', () => {
    const isUsed = (key: string) =>
      literal.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
    expect(keys.filter((key) => !isUsed(key))).toEqual([])
  })

  it('have every key that is written out', () => {
    const groups = Object.keys(en)
    const asked = [...literal].filter((key) => groups.includes(key?.split('.')[0] ?? ''))
    expect(asked.filter((key) => !keys.includes(key ?? ''))).toEqual([])
  })

  it.each([
    ['CallProblem', 'callProblem'],
    ['TeamProblem', 'teamProblem'],
    ['DeliveryProblem', 'deliveryProblem'],
    ['Delivery', 'conversation.delivery'],
    ['RegistrationProblem', 'registrationProblem'],
    ['RegistrationState', 'registration.long'],
    ['RegistrationState', 'registration.short'],
    ['TerminationCause', 'ending'],
    ['QualityProblem', 'quality.problem'],
    ['QualityRating', 'quality.rating'],
    ['Language', 'settings.languages'],
    ['ColourScheme', 'settings.schemes'],
  ] as const)('have a sentence for every %s', (schema, group) => {
    const missing = openapi.components.schemas[schema].enum.filter(
      (value) => !keys.includes(`${group}.${value}`),
    )
    expect(missing).toEqual([])
  })

  it('have a sentence for every problem', () => {
    const codes = openapi.components.schemas.ProblemDetails.properties.code.enum
    expect(codes.filter((code) => !keys.includes(`problem.${code}`))).toEqual([])
  })
})

function sorted(tree: Tree): Tree {
  const entries = Object.entries(tree).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : sorted(value)]),
  )
}
