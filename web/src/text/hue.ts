/** The colour of a name in degrees, always the same for it. */
export const hueOf = (name: string) =>
  Array.from(name).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 360
