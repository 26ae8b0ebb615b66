/** The REST operations about who may reach us and see how we are. */
import { command, get } from './client'
import type { BlockList, SubscriptionRequests } from './types'

const at = (path: string, jid: string) => `${path}/${encodeURIComponent(jid)}`

export const getBlockList = () => get<BlockList>('/blocked')
export const block = (jid: string) => command<undefined>('PUT', at('/blocked', jid))
export const unblock = (jid: string) => command<undefined>('DELETE', at('/blocked', jid))
export const listSubscriptionRequests = () => get<SubscriptionRequests>('/subscription-requests')
export const answerSubscription = (jid: string, is_accepted: boolean) =>
  command<SubscriptionRequests>('PUT', at('/subscription-requests', jid), { is_accepted })
