// Prints what changes, of one release or of the whole tenant, and goes on where it stopped: after a cut, a restart of the server, or its own.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const url = process.env['SEAWORTHY_URL'] ?? 'http://127.0.0.1:7420'
const key = process.env['SEAWORTHY_KEY'] ?? ''
/** Everything before the cursor in it was printed. */
const cursorFile = process.env['CURSOR_FILE'] ?? 'cursor.txt'
const [service, version] = process.argv.slice(2)

/** The server says something every ten seconds. */
const SILENCE_LIMIT_MS = 25_000
const RETRY_FIRST_MS = 500
const RETRY_LIMIT_MS = 15_000

interface Change {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly subject: string
}

let cursor = existsSync(cursorFile) ? readFileSync(cursorFile, 'utf8').trim() : undefined

function keepCursor(next: string): void {
  cursor = next
  // Whole or not at all: a crash between two writes leaves the older one, and what it tells twice has the same `seq`.
  writeFileSync(`${cursorFile}.new`, `${next}\n`)
  renameSync(`${cursorFile}.new`, cursorFile)
}

/** One event: lines of `name: value`, ended by an empty one. A line that begins with a colon says only that nothing happens. */
function take(event: string): void {
  const fields = new Map<string, string>()
  for (const line of event.split('\n')) {
    const at = line.indexOf(':')
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trimStart())
  }
  if (fields.get('event') === 'changes') {
    const { changes } = JSON.parse(fields.get('data') ?? '') as { changes: readonly Change[] }
    for (const { seq, at, type, subject } of changes)
      process.stdout.write(`${seq} ${at} ${type} ${subject}\n`)
  }
  const id = fields.get('id')
  if (id !== undefined) keepCursor(id)
}

/** Until the stream ends. @returns whether it told anything @throws when nothing answers, or the connection is cut */
async function follow(): Promise<boolean> {
  const query = new URLSearchParams({
    ...(service === undefined || version === undefined ? {} : { service, version }),
    ...(cursor === undefined ? {} : { since: cursor }),
  })
  const connection = new AbortController()
  let silence = setTimeout(() => connection.abort(), SILENCE_LIMIT_MS)
  try {
    const answer = await fetch(`${url}/v1/changes?${query}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: connection.signal,
    })
    // The log is another one, or has gone on too far: read anew what you keep, then follow from now on.
    if (answer.status === 409 || answer.status === 410) cursor = undefined
    if (!answer.ok || answer.body === null)
      throw new Error(`${answer.status} ${await answer.text()}`)
    process.stderr.write('following\n')
    let text = ''
    let eventCount = 0
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(silence)
      silence = setTimeout(() => connection.abort(), SILENCE_LIMIT_MS)
      const events = (text + piece).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) take(event)
      eventCount += events.length
    }
    return eventCount > 1
  } finally {
    clearTimeout(silence)
  }
}

for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(2 * waitMs, RETRY_LIMIT_MS)) {
  try {
    if (await follow()) waitMs = RETRY_FIRST_MS
  } catch (error) {
    process.stderr.write(`cut off: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  // Not all at once: who was cut off together should not come back together.
  await pause(waitMs * (0.5 + Math.random()))
}
