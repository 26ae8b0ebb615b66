/** The REST operations of group chats, each under the name of its RPC. */
import { command, get } from './client'
import type { Room, RoomList } from './types'

const roomPath = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`

export const listRooms = () => get<RoomList>('/rooms')
export const createRoom = (name: string, members: string[]) =>
  command<Room>('POST', '/rooms', { name, members })
/** Only what is to change. */
export const changeRoom = (roomId: string, changes: { name?: string; topic?: string }) =>
  command<Room>('PATCH', roomPath(roomId), changes)
export const addMembers = (roomId: string, members: string[]) =>
  command<Room>('POST', `${roomPath(roomId)}/members`, { members })
export const leaveRoom = (roomId: string) => command<Room>('DELETE', roomPath(roomId))
