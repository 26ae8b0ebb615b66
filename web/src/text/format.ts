/** Numbers, times and durations for people. */

const ONE_DIGIT_CODES = /^[17]/
const TWO_DIGIT_CODES = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** An E.164 number in groups, "+44 207 946 0018"; a local number as it is. */
export function formatNumber(number: string): string {
  if (!number.startsWith('+')) return number
  const digits = number.slice(1)
  const codeLength = ONE_DIGIT_CODES.test(digits) ? 1 : TWO_DIGIT_CODES.test(digits) ? 2 : 3
  const groups = [`+${digits.slice(0, codeLength)}`]
  let rest = digits.slice(codeLength)
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3))
    rest = rest.slice(3)
  }
  return [...groups, rest].filter((group) => group !== '').join(' ')
}

/** A number with this many digits behind the point, or the comma: "4.4". */
export function formatDecimal(value: number, digits: number, locale: string): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return value.toLocaleString(locale, options)
}

/** "0:42", "12:05", "1:02:03". */
export function formatDuration(durationS: number): string {
  const whole = Math.max(0, Math.floor(durationS))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  const seconds = two(whole % 60)
  if (minutes < 60) return `${minutes}:${seconds}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${seconds}`
}

/** "PT1M2S": the `datetime` attribute of a duration. */
export function isoDuration(durationS: number): string {
  const whole = Math.max(0, Math.floor(durationS))
  return `PT${Math.floor(whole / 60)}M${whole % 60}S`
}

/** The language as the browser's user speaks it: "en" becomes "en-GB" for who asks for that first. */
export function regionOf(language: string, preferred = navigator.languages): string {
  return preferred.find((each) => each.split('-')[0] === language) ?? language
}

/** They are asked for again and again, and take long to make. */
const timeFormats = new Map<string, Intl.DateTimeFormat>()

/** The time of day, as the language writes it. */
export function formatTime(at: string, language: string): string {
  const region = regionOf(language)
  const known = timeFormats.get(region)
  const format = known ?? new Intl.DateTimeFormat(region, { timeStyle: 'short' })
  if (known === undefined) timeFormats.set(region, format)
  return format.format(new Date(at))
}

/** A key that is the same for all times of one local day: "2026-11-24". */
export function dayOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** "today", "yesterday", else the weekday and date. */
export function formatDay(at: Date, now: Date, locale: string): string {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  const days = (midnight(at) - midnight(now)) / 86_400_000
  if (days === 0 || days === -1) {
    const text = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
    return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
  }
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(regionOf(locale), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year,
  }).format(at)
}

/** Date and time, as within a sentence. */
export function formatMoment(at: Date, locale: string): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' }
  return new Intl.DateTimeFormat(regionOf(locale), options).format(at)
}

/** As short as can be: the time of today, the weekday of the last days, else the date. */
export function formatWhen(at: Date, now: Date, locale: string): string {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  const days = (midnight(now) - midnight(at)) / 86_400_000
  if (days <= 0) return formatTime(at.toISOString(), locale)
  const options: Intl.DateTimeFormatOptions =
    days < 7 ? { weekday: 'short' } : { dateStyle: 'short' }
  return new Intl.DateTimeFormat(regionOf(locale), options).format(at)
}

/** One or two letters that stand for a name: "Max Mustermann" is "MM". */
export function initialsOf(name: string): string {
  const words = name.split(/[\s.\-_@]+/).filter((word) => /^\p{L}/u.test(word))
  const [first, last] = [words[0], words.length > 1 ? words[words.length - 1] : undefined]
  return `${first?.charAt(0) ?? ''}${last?.charAt(0) ?? ''}`.toLocaleUpperCase()
}

/** "Bob, Carol and Dave". */
export function formatList(names: string[], locale: string): string {
  return new Intl.ListFormat(regionOf(locale)).format(names)
}
