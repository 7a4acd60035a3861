// Follows what changes over a stream and over Socket.IO: each fact once, also after the stream was cut; a revoked key hears no more.
import { io } from 'socket.io-client'
import { candidateUrl, expect, makeKey, mark, must, tell, until } from './asking.ts'

const NOTE_COUNT = 20
const CUT_AFTER = 7

interface Change {
  readonly seq: number
  readonly subject: string
}
interface Message {
  readonly cursor: number
  readonly changes: readonly Change[]
}

const { key, id } = await makeKey('developer')
const subject = `changes ${mark}`
const note = (payload: number): Promise<unknown> =>
  must('POST', '/v1/ledger/entries', { subject, payload })

/** Follows from a cursor until `isOver`; gives the cursor it came to. */
async function follow(
  since: number | undefined,
  take: (changes: readonly Change[]) => void,
  isOver: () => boolean,
): Promise<number> {
  const path = since === undefined ? '/v1/changes' : `/v1/changes?since=${since}`
  const ending = new AbortController()
  const answer = await fetch(new URL(path, candidateUrl), {
    headers: { authorization: `Bearer ${key}` },
    signal: ending.signal,
  })
  expect(answer.status === 200 && answer.body !== null, `${path}: ${answer.status}`)
  let [text, cursor] = ['', since ?? 0]
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    text += part
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      cursor = Number(/^id: (\d+)$/m.exec(event)?.[1] ?? cursor)
      const data = /^event: changes\ndata: (.*)$/m.exec(event)?.[1]
      if (data !== undefined) take((JSON.parse(data) as Message).changes)
      else if (event.includes('event: begun')) take([])
    }
    if (isOver()) break
  }
  ending.abort()
  return cursor
}

const seen: number[] = []
const collect = (changes: readonly Change[]): void => {
  seen.push(...changes.filter((each) => each.subject === subject).map(({ seq }) => seq))
}
let hasBegun = false
const first = follow(
  undefined,
  (changes) => {
    hasBegun = true
    collect(changes)
  },
  () => seen.length >= CUT_AFTER,
)
await until('the beginning of the stream', () => (hasBegun ? true : undefined))

const socket = io(candidateUrl.href, { transports: ['websocket'], auth: { token: key } })
const overSocket: number[] = []
socket.on('changes', ({ changes }: Message) => {
  overSocket.push(...changes.filter((each) => each.subject === subject).map(({ seq }) => seq))
})
try {
  const watched = (await socket.timeout(10_000).emitWithAck('watch', { release: null })) as {
    ok: boolean
  }
  expect(watched.ok, 'the watch over Socket.IO is refused')
  for (let count = 0; count < NOTE_COUNT; count += 1) await note(count)
  const cursor = await first
  await follow(cursor, collect, () => seen.length >= NOTE_COUNT)
  await until('the same over Socket.IO', () => (overSocket.length >= NOTE_COUNT ? true : undefined))
  const missing = NOTE_COUNT - new Set(seen).size
  const twice = seen.length - new Set(seen).size
  expect(overSocket.join() === seen.join(), 'the stream and Socket.IO tell different things')

  const hanging = follow(undefined, collect, () => false).catch(() => undefined)
  await must('POST', `/v1/api-keys/${id}/revocation`, { reason: 'certified' })
  const revokedMs = performance.now()
  await Promise.all([
    hanging,
    until('the end of the socket', () => (socket.connected ? undefined : true)),
  ])
  const endedMs = Math.round(performance.now() - revokedMs)
  tell({ Told: new Set(seen).size, Missing: missing, Twice: twice, 'Ended after': endedMs })
} finally {
  socket.disconnect()
}
