/** Server-sent events, as in the HTML standard, section 9.2.6. */

export interface SseMessage {
  id: string | null
  name: string
  data: string
}

/** Turns pieces of a text stream into messages. Comments and `retry` are left out. */
export class SseParser {
  #rest = ''
  #id: string | null = null
  #name = 'message'
  #data: string[] = []

  push(text: string): SseMessage[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line.replace(/\r$/, '')))
  }

  #line(line: string): SseMessage[] {
    if (line === '') return this.#dispatch()
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (field === 'id') this.#id = value
    else if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    return []
  }

  #dispatch(): SseMessage[] {
    const message = { id: this.#id, name: this.#name, data: this.#data.join('\n') }
    const isEmpty = this.#data.length === 0
    this.#name = 'message'
    this.#data = []
    return isEmpty ? [] : [message]
  }
}
