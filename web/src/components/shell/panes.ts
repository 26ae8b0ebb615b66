/** The panes beside the content, and how wide they may be. All widths are CSS pixels. */

export type PaneName = 'side' | 'phone'

export interface Pane {
  width: number
  least: number
  most: number
}

export const PANES = {
  side: { least: 200, usual: 248, most: 400 },
  phone: { least: 304, usual: 400, most: 520 },
} as const

const CONTENT_LEAST = 380

/** The panes as wide as wanted, as far as the window has the room and the content keeps its own. */
export function panesIn(
  windowWidth: number,
  wanted: Record<PaneName, number>,
  hasPhone: boolean,
): Record<PaneName, Pane> {
  const room = windowWidth - CONTENT_LEAST
  const side = fit('side', wanted.side, room - (hasPhone ? PANES.phone.least : 0))
  return { side, phone: fit('phone', wanted.phone, room - side.width) }
}

function fit(name: PaneName, wanted: number, room: number): Pane {
  const { least, usual, most } = PANES[name]
  const widest = within(room, least, most)
  const width = within(Number.isFinite(wanted) ? wanted : usual, least, widest)
  return { width, least, most: widest }
}

export const within = (value: number, least: number, most: number) =>
  Math.round(Math.max(least, Math.min(value, most)))
