// A process full of lean clients of the realtime feed: WebSocket and Socket.IO framing by hand, so that what is timed is the server.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** What the bench asks of this process. */
export type Order =
  | {
      readonly kind: 'connect'
      readonly ports: readonly number[]
      readonly keys: readonly string[]
      /** Address that this process connects from: each has 28,000 ports of its own. */
      readonly source: string
      readonly count: number
      /** Handshakes at once. */
      readonly lanes: number
    }
  | { readonly kind: 'report' }
  | { readonly kind: 'events'; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: 'end' }

/** How often each whole number of milliseconds was measured. */
export type Times = readonly (readonly [ms: number, count: number])[]

export type Report =
  | { readonly kind: 'connected'; readonly count: number; readonly failures: readonly string[] }
  | { readonly kind: 'heard'; readonly notes: Times; readonly cutCount: number }
  | { readonly kind: 'acknowledged'; readonly sentCount: number; readonly times: Times }

/** Subjects of the notes that the bench appends begin so; the rest is when it sent them. */
export const NOTE_MARK = 'feed-bench@'

const TEXT = 0x81
const LONG = 126
const CONNECTING_LIMIT_MS = 120_000
const EVENT_STEP_MS = 20
const ANSWER_GRACE_MS = 10_000

class Histogram {
  readonly #counts = new Map<number, number>()

  add(ms: number): void {
    const whole = Math.max(0, Math.round(ms))
    this.#counts.set(whole, (this.#counts.get(whole) ?? 0) + 1)
  }

  get count(): number {
    let sum = 0
    for (const count of this.#counts.values()) sum += count
    return sum
  }

  get times(): Times {
    return [...this.#counts]
  }
}

/** A text frame as clients have to send it: masked, here with zeros. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  const isLong = body.length >= LONG
  const head = Buffer.alloc(isLong ? 8 : 6)
  head[0] = TEXT
  head[1] = 0x80 | (isLong ? LONG : body.length)
  if (isLong) head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

const PONG = frame('3')
const notes = new Histogram()
let cutCount = 0
/** The same message goes to thousands: it is read once. */
let lastText = ''
let lastSentMs: readonly number[] = []

function sentTimesOf(text: string): readonly number[] {
  if (text === lastText) return lastSentMs
  const marks = text.matchAll(/"subject":"feed-bench@(\d+)-/g)
  lastSentMs = [...marks].map(([, ms]) => Number(ms))
  lastText = text
  return lastSentMs
}

class FeedClient {
  readonly socket: Socket
  #rest: Buffer | undefined
  #isOpen = false
  #askedMs = 0
  #onAnswer: ((tookMs: number) => void) | undefined
  cursor = '0'

  constructor(port: number, source: string, key: string, done: (failure?: string) => void) {
    this.socket = connect({ host: '127.0.0.1', port, localAddress: source, noDelay: true })
    this.socket.once('connect', () => {
      this.socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      )
    })
    this.socket.on('error', (error) => done(error.message))
    this.socket.on('close', () => {
      cutCount += 1
      done('closed')
    })
    this.socket.on('data', (piece: Buffer) => this.#take(piece, key, done))
  }

  acknowledge(onAnswer: (tookMs: number) => void): void {
    this.#askedMs = performance.now()
    this.#onAnswer = onAnswer
    this.socket.write(frame(`421["acknowledge",{"cursor":"${this.cursor}"}]`))
  }

  get isWaiting(): boolean {
    return this.#onAnswer !== undefined
  }

  #take(piece: Buffer, key: string, done: (failure?: string) => void): void {
    let bytes = this.#rest === undefined ? piece : Buffer.concat([this.#rest, piece])
    this.#rest = undefined
    if (!this.#isOpen) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) return void (this.#rest = bytes)
      const status = bytes.toString('latin1', 9, 12)
      if (status !== '101') return done(`status ${status}`)
      this.#isOpen = true
      bytes = bytes.subarray(end + 4)
    }
    while (bytes.length > 0) {
      const size = frameSize(bytes)
      if (size === undefined || bytes.length < size.end) return void (this.#rest = bytes)
      this.#hear(bytes.toString('latin1', size.begin, size.end), key, done)
      bytes = bytes.subarray(size.end)
    }
  }

  #hear(text: string, key: string, done: (failure?: string) => void): void {
    if (text.startsWith('42["changes"')) {
      const nowMs = Date.now()
      for (const sentMs of sentTimesOf(text)) notes.add(nowMs - sentMs)
    } else if (text === '2') this.socket.write(PONG)
    else if (text.startsWith('0')) this.socket.write(frame(`40${JSON.stringify({ token: key })}`))
    else if (text.startsWith('40')) this.socket.write(frame('420["watch",{}]'))
    else if (text.startsWith('430')) {
      this.cursor = /"cursor":"([^"]+)"/.exec(text)?.[1] ?? ''
      done(text.includes('"ok":true') ? undefined : text)
    } else if (text.startsWith('431')) {
      const onAnswer = this.#onAnswer
      this.#onAnswer = undefined
      if (text.includes('"ok":true')) onAnswer?.(performance.now() - this.#askedMs)
    } else done(text)
  }
}

/** Servers do not mask. */
function frameSize(bytes: Buffer): { readonly begin: number; readonly end: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]!
  if (short < LONG) return { begin: 2, end: 2 + short }
  if (bytes.length < 10) return undefined
  if (short === LONG) return { begin: 4, end: 4 + bytes.readUInt16BE(2) }
  return { begin: 10, end: 10 + Number(bytes.readBigUInt64BE(2)) }
}

const clients: FeedClient[] = []

async function connectAll(order: Extract<Order, { readonly kind: 'connect' }>): Promise<Report> {
  const { ports, keys, source, count, lanes } = order
  const failures: string[] = []
  let begunCount = 0
  const lane = async (): Promise<void> => {
    while (begunCount < count && failures.length < 10) {
      const nth = begunCount++
      const [port, key] = [ports[nth % ports.length]!, keys[nth % keys.length]!]
      const { promise, resolve } = Promise.withResolvers<string | undefined>()
      const timer = setTimeout(() => resolve('no answer'), CONNECTING_LIMIT_MS)
      clients.push(new FeedClient(port, source, key, resolve))
      const failure = await promise
      clearTimeout(timer)
      if (failure !== undefined) failures.push(failure)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { kind: 'connected', count: begunCount - failures.length, failures }
}

/** Each event goes over another connection, none of which may have more than two hundred a minute. */
async function sendEvents(perSecond: number, seconds: number): Promise<Report> {
  const times = new Histogram()
  const began = performance.now()
  let sentCount = 0
  while (sentCount < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, ((performance.now() - began) / 1_000) * perSecond)
    while (sentCount < due) {
      const client = clients[sentCount % clients.length]!
      if (client.isWaiting) break
      client.acknowledge((tookMs) => times.add(tookMs))
      sentCount += 1
    }
    await new Promise((resolve) => setTimeout(resolve, EVENT_STEP_MS))
  }
  const endsAtMs = performance.now() + ANSWER_GRACE_MS
  while (times.count < sentCount && performance.now() < endsAtMs)
    await new Promise((resolve) => setTimeout(resolve, EVENT_STEP_MS))
  return { kind: 'acknowledged', sentCount, times: times.times }
}

async function carryOut(order: Order): Promise<Report | undefined> {
  switch (order.kind) {
    case 'connect':
      return connectAll(order)
    case 'events':
      return sendEvents(order.perSecond, order.seconds)
    case 'report':
      return { kind: 'heard', notes: notes.times, cutCount }
    case 'end':
      for (const { socket } of clients) socket.destroy()
      process.disconnect?.()
      return undefined
  }
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (report) => {
      if (report !== undefined) process.send?.(report)
    },
    (error: unknown) => {
      throw error
    },
  )
})
