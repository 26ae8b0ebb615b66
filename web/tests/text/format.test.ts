import { describe, expect, it } from 'vitest'
import {
  formatDay,
  formatDuration,
  formatNumber,
  initialsOf,
  isoDuration,
  regionOf,
} from '@/text/format'

it.each([
  ['101', '101'],
  ['*97', '*97'],
  ['+442079460018', '+44 207 946 0018'],
  ['+15555550123', '+1 555 555 0123'],
  ['+35316740', '+353 167 40'],
])('the number %s is shown as %s', (number, shown) => {
  expect(formatNumber(number)).toBe(shown)
})

it.each([
  [0, '0:00', 'PT0M0S'],
  [42.9, '0:42', 'PT0M42S'],
  [725, '12:05', 'PT12M5S'],
  [3723, '1:02:03', 'PT62M3S'],
  [-3, '0:00', 'PT0M0S'],
])('%d seconds are shown as %s', (durationS, shown, iso) => {
  expect(formatDuration(durationS)).toBe(shown)
  expect(isoDuration(durationS)).toBe(iso)
})

it.each([
  ['en', ['en-GB', 'de'], 'en-GB'],
  ['de', ['en-GB', 'de-AT'], 'de-AT'],
  ['de', ['en-GB'], 'de'],
])('%s for somebody who prefers %j is written as in %s', (language, preferred, region) => {
  expect(regionOf(language, preferred)).toBe(region)
})

describe('a day', () => {
  const now = new Date(2026, 10, 24, 0, 30)

  it.each([
    [new Date(2026, 10, 24, 0, 5), 'Heute'],
    [new Date(2026, 10, 23, 23, 55), 'Gestern'],
    [new Date(2026, 10, 20), 'Freitag, 20. November'],
    [new Date(2025, 10, 20), 'Donnerstag, 20. November 2025'],
  ])('%s is called %s', (at, shown) => {
    expect(formatDay(at, now, 'de')).toBe(shown)
  })
})

it.each([
  ['Max-Andreas Mustermann', 'MM'],
  ['alice', 'A'],
  ['+44 207 946 0018', ''],
])('the initials of %s are "%s"', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
