/** Group chats: what they are called, and who is in them. Loaded beside everything else. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/room-operations'
import type { Room, RoomEnd } from '@/api/types'
import { useNotice } from './notice'
import { useSession } from './session'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

export const useRooms = defineStore('rooms', () => {
  const notice = useNotice()
  const session = useSession()
  const known = shallowReactive(new Map<string, Room>())
  /** A command is under way: a second click meanwhile is not a second command. */
  const isBusy = ref(false)
  /** Why the last command failed. */
  const problem = ref<ApiProblem | null>(null)
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0

  /** What people are called in rooms, by their addresses. */
  const nicks = computed(() => {
    const members = [...known.values()].flatMap((room) => room.members)
    return new Map(members.map(({ jid, name }) => [jid, name]))
  })

  /** Why we are in this room no longer; null: we are, or it is none. */
  function endOf(conversationId: string): RoomEnd | null {
    const room = known.get(conversationId)
    return room?.has_left ? (room.end ?? 'left') : null
  }

  /** All of them. Tries again by itself while the chat service is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const asked = (generation += 1)
    try {
      const { items } = await api.listRooms()
      if (asked !== generation) return
      items.forEach(put)
      delayMs = FIRST_DELAY_MS
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (asked === generation && error.code !== 'sign_in_required') loadLater()
    }
  }

  function loadLater(): void {
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  /** Keep this state of a room, unless a later one is known. */
  function put(room: Room): void {
    const { conversation_id, revision } = room
    if (revision > (known.get(conversation_id)?.revision ?? -1)) known.set(conversation_id, room)
  }

  /** The room as it is then; undefined if that failed: `problem` says why. */
  async function run(command: () => Promise<Room>): Promise<Room | undefined> {
    if (isBusy.value) return undefined
    isBusy.value = true
    problem.value = null
    try {
      const room = await command()
      put(room)
      return room
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'sign_in_required') session.forget()
      else problem.value = error
      return undefined
    } finally {
      isBusy.value = false
    }
  }

  const create = (name: string, members: string[]) => run(() => api.createRoom(name, members))
  const change = (room: Room, changes: { name?: string; topic?: string }) =>
    run(() => api.changeRoom(room.conversation_id, changes))
  const add = (room: Room, members: string[]) =>
    run(() => api.addMembers(room.conversation_id, members))

  async function leave(room: Room): Promise<void> {
    const left = await notice.reporting(api.leaveRoom(room.conversation_id))
    if (left !== undefined) put(left)
  }

  function clear(): void {
    clearTimeout(retry)
    generation += 1
    known.clear()
    problem.value = null
  }

  return { known, nicks, isBusy, problem, endOf, load, put, create, change, add, leave, clear }
})
