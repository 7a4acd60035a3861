// Server-sent events (WHATWG HTML, section 9.2) out of bytes, however these are cut.

export interface ServerSentEvent {
  /** `message` where none was named. */
  readonly event: string
  /** Empty where an event only moves the last id. */
  readonly data: string
  /** The last id so far, this event's included. */
  readonly id: string
}

/** An event that does not end within this is not one of ours. */
const EVENT_LIMIT_CHARACTERS = 1024 * 1024

/**
 * Events in order; those without data too, since they may move the last id.
 * @param heard called for every piece that comes, comments included
 */
export async function* readServerSentEvents(
  pieces: AsyncIterable<Uint8Array>,
  heard: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let id = ''
  let [event, data] = ['', [] as string[]]
  for await (const piece of pieces) {
    heard()
    rest += decoder.decode(piece, { stream: true })
    // A CR at the very end may be half of a CRLF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length + data.join('').length > EVENT_LIMIT_CHARACTERS)
      throw new RangeError(`expected an event of at most ${EVENT_LIMIT_CHARACTERS} characters`)
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0 || id !== '')
          yield { event: event === '' ? 'message' : event, data: data.join('\n'), id }
        ;[event, data] = ['', []]
        continue
      }
      const { name, value } = fieldOf(line)
      if (name === 'event') event = value
      if (name === 'data') data.push(value)
      if (name === 'id' && !value.includes('\0')) id = value
    }
  }
}

/** A comment has no name. */
function fieldOf(line: string): { readonly name: string; readonly value: string } {
  const at = line.indexOf(':')
  if (at === -1) return { name: line, value: '' }
  return { name: line.slice(0, at), value: line.slice(at + 1).replace(/^ /, '') }
}
