/** Whom the server keeps away from us, and who asks to see how we are. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/people-operations'
import type { BlockList, SubscriptionRequests } from '@/api/types'
import { useNotice } from './notice'

const NOBODY: BlockList = { revision: -1, is_offered: false, jids: [] }
const NO_REQUESTS: SubscriptionRequests = { revision: -1, items: [] }

export const usePeople = defineStore('people', () => {
  const notice = useNotice()
  const blockList = shallowRef(NOBODY)
  const requests = shallowRef(NO_REQUESTS)
  const blocked = computed(() => new Set(blockList.value.jids))

  const isBlocked = (jid: string | null | undefined) => jid != null && blocked.value.has(jid)

  /** Without the chat service the page works all the same. */
  async function load(): Promise<void> {
    try {
      putBlockList(await api.getBlockList())
      putRequests(await api.listSubscriptionRequests())
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  /** Keep this state, unless a later one is known. */
  function putBlockList(changed: BlockList): void {
    if (changed.revision > blockList.value.revision) blockList.value = changed
  }

  function putRequests(changed: SubscriptionRequests): void {
    if (changed.revision > requests.value.revision) requests.value = changed
  }

  const block = (jid: string) => notice.reporting(api.block(jid))
  const unblock = (jid: string) => notice.reporting(api.unblock(jid))

  async function answer(jid: string, isAccepted: boolean): Promise<void> {
    const left = await notice.reporting(api.answerSubscription(jid, isAccepted))
    if (left !== undefined) putRequests(left)
  }

  function clear(): void {
    blockList.value = NOBODY
    requests.value = NO_REQUESTS
  }

  return {
    blockList,
    requests,
    isBlocked,
    load,
    putBlockList,
    putRequests,
    block,
    unblock,
    answer,
    clear,
  }
})
