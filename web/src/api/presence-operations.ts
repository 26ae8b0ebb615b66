/** The REST operations about our presence and that of others. */
import { command, get } from './client'
import type { OwnPresence, RosterList, Show } from './types'

export const getPresence = () => get<OwnPresence>('/presence')
export const changePresence = (show: Show, status: string) =>
  command<OwnPresence>('PUT', '/presence', { show, status })
export const listRoster = () => get<RosterList>('/roster')
