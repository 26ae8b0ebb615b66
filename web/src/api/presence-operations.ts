/** The REST operations about our presence and that of others. */
import { command, get } from './client'
import type { OwnPresence, RosterList, Show } from './types'

export const getPresence = () => get<OwnPresence>('/presence')
export const changePresence = (show: Show, status: string) =>
  command<OwnPresence>('PUT', '/presence', { show, status })
/** Somebody uses this screen, or has locked it. */
export const noteActivity = (screen: string, is_locked: boolean) =>
  command<undefined>('POST', '/activity', { screen, is_locked })
export const listRoster = () => get<RosterList>('/roster')
