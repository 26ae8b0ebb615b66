/** Whether something is meant by what somebody types of it. */

/** Small letters without accents; "ß" is "ss". */
export function folded(text: string): string {
  return text
    .toLocaleLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .trim()
}

/** The words of it, folded. */
export const termsOf = (text: string) => folded(text).split(/\s+/).filter(Boolean)

/** What begins with a letter is a name. */
export const isName = (text: string) => /^\s*\p{L}/u.test(text)

/** Digits alone, without the prefix that says "national" or "international". */
export function digitsOf(text: string): string {
  const compact = text.replace(/\(0\)|[^0-9*#]/g, '')
  return compact.length > 3 ? compact.replace(/^00?/, '') : compact
}
