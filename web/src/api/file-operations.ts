/** The REST operations about files. A file that is sent is followed: fetch() does not tell how far it got. */
import { ApiProblem, get, problemIn } from './client'
import type { Message, SharedFile, UploadService } from './types'

const DONE = 201

export const getUploadService = () => get<UploadService>('/uploads')

/** Where its content is; as a picture it is shown, otherwise saved. */
export function fileAddress({ url, name }: SharedFile, as: 'picture' | 'attachment'): string {
  const query = new URLSearchParams({ url, name })
  if (as === 'picture') query.set('picture', 'true')
  return `/api/v1/files?${query}`
}

/** Throws ApiProblem. With the same `messageId` the other hears of it once. */
export function sendFile(
  conversationId: string,
  messageId: string,
  file: File,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<Message> {
  const query = new URLSearchParams({ name: file.name })
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    request.open(
      'POST',
      `/api/v1/conversations/${encodeURIComponent(conversationId)}/files?${query}`,
    )
    request.setRequestHeader('Idempotency-Key', messageId)
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onerror = () => reject(new ApiProblem('gateway_unreachable', 0))
    request.onabort = () => reject(new ApiProblem('gateway_unreachable', 0))
    request.onload = () => {
      if (request.status === DONE) resolve(JSON.parse(request.responseText) as Message)
      else reject(problemIn(request.responseText, request.status))
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
