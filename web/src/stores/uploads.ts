/** Files on their way to the chat server, one after another. They live in this page only. */
import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { ApiProblem, identifier } from '@/api/client'
import { getUploadService, sendFile } from '@/api/file-operations'
import type { UploadService } from '@/api/types'
import { useSession } from './session'
import { useThreads } from './threads'

export interface Upload {
  message_id: string
  conversation_id: string
  file: File
  sentBytes: number
  /** Why it is not there; null: it is on its way, or waits. */
  problem: ApiProblem | null
}

export const useUploads = defineStore('uploads', () => {
  const session = useSession()
  const threads = useThreads()
  const waiting = shallowReactive(new Map<string, Upload>())
  /** What the server takes; null: not known. */
  const service = ref<UploadService | null>(null)
  /** Of the file that is on its way. */
  let running: { id: string; control: AbortController } | null = null

  const isRunning = computed(() => [...waiting.values()].some(({ problem }) => problem === null))
  const of = (conversationId: string) =>
    [...waiting.values()].filter(({ conversation_id }) => conversation_id === conversationId)

  useEventListener(window, 'beforeunload', (event) => {
    if (isRunning.value) event.preventDefault()
  })

  /** Without an answer the server says later what it does not take. */
  async function load(): Promise<void> {
    try {
      service.value ??= await getUploadService()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  async function send(conversationId: string, files: Iterable<File>): Promise<void> {
    const chosen = [...files].filter(({ size }) => size > 0)
    await load()
    for (const file of chosen) {
      const message_id = identifier()
      const problem = refusalOf(file)
      waiting.set(message_id, {
        message_id,
        conversation_id: conversationId,
        file,
        sentBytes: 0,
        problem,
      })
    }
    void pump()
  }

  /** What is known before anything is sent. */
  function refusalOf(file: File): ApiProblem | null {
    if (service.value === null) return null
    const { is_offered, largest_bytes } = service.value
    if (!is_offered) return new ApiProblem('upload_failed', 0, { reason: 'not_offered' })
    if (largest_bytes === null || file.size <= largest_bytes) return null
    return new ApiProblem('upload_failed', 0, { reason: 'too_large', largest_bytes })
  }

  async function pump(): Promise<void> {
    if (running !== null) return
    const next = [...waiting.values()].find(({ problem }) => problem === null)
    if (next === undefined) return
    running = { id: next.message_id, control: new AbortController() }
    await carry(next, running.control.signal)
    running = null
    void pump()
  }

  async function carry(upload: Upload, signal: AbortSignal): Promise<void> {
    const { message_id, conversation_id, file } = upload
    const note = (sentBytes: number) => change(message_id, { sentBytes })
    try {
      threads.put(await sendFile(conversation_id, message_id, file, note, signal))
      waiting.delete(message_id)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'sign_in_required') session.forget()
      change(message_id, { problem: error })
    }
  }

  /** What was cancelled is changed no more. */
  function change(messageId: string, changes: Partial<Upload>): void {
    const known = waiting.get(messageId)
    if (known !== undefined) waiting.set(messageId, { ...known, ...changes })
  }

  function retry({ message_id }: Upload): void {
    change(message_id, { problem: null, sentBytes: 0 })
    void pump()
  }

  /** Stop it, or forget that it failed. */
  function cancel({ message_id }: Upload): void {
    waiting.delete(message_id)
    if (running?.id === message_id) running.control.abort()
  }

  function clear(): void {
    for (const upload of [...waiting.values()]) cancel(upload)
    service.value = null
  }

  return { service, of, load, send, retry, cancel, clear }
})
