// A client of the realtime feed made of a bare TCP connection: cheap enough for thousands, and free to send what no library would.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

const TEXT = 1
const CLOSE = 8
/** A server's frames here are text below 64 KiB; a longer one is read all the same. */
const LENGTH_16 = 126
const LENGTH_64 = 127

export interface RawTerms {
  readonly port: number
  /** Where it connects from, so that one machine has ports enough. */
  readonly from?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Each text of a frame, Engine.IO's first character included; pings are answered already. */
  onText?(text: string): void
  onClose?(): void
}

export interface RawClient {
  readonly socket: Socket
  /** Resolves with the status of the answer to the handshake; 101 opens. */
  readonly status: Promise<number>
  /** What a refused handshake was answered with. */
  readonly body: () => string
  send(text: string): void
  sendBytes(bytes: Uint8Array): void
}

export const SOCKET_PATH = '/socket.io/?EIO=4&transport=websocket'

export function openRawClient(terms: RawTerms): RawClient {
  const { port, from, path = SOCKET_PATH, headers = {} } = terms
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    ...(from === undefined ? {} : { localAddress: from }),
  })
  const opening = Promise.withResolvers<number>()
  let rest: Buffer = Buffer.alloc(0)
  let isOpen = false
  let body = ''
  const lines = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const send = (text: string): void => void socket.write(frameOf(Buffer.from(text)))
  const hear = (text: string): void => {
    // Engine.IO asks now and then whether somebody is there.
    if (text === '2') send('3')
    else terms.onText?.(text)
  }
  socket.on('connect', () => {
    const fields = Object.entries(lines).map(([name, value]) => `${name}: ${value}`)
    socket.write([`GET ${path} HTTP/1.1`, ...fields, '', ''].join('\r\n'))
  })
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!isOpen) {
      const end = rest.indexOf('\r\n\r\n')
      if (end === -1) return
      const status = Number(rest.subarray(9, 12).toString('latin1'))
      isOpen = status === 101
      body = isOpen ? '' : rest.toString('utf8', end + 4)
      opening.resolve(status)
      if (!isOpen) return
      rest = rest.subarray(end + 4)
    }
    rest = readFrames(rest, hear, () => socket.end())
  })
  socket.on('error', opening.reject)
  socket.on('close', () => {
    opening.reject(new Error('expected an answer to the handshake, got the end'))
    terms.onClose?.()
  })
  // Whoever does not ask for the status hears of the end.
  opening.promise.catch(() => undefined)
  return {
    socket,
    status: opening.promise,
    body: () => body,
    send,
    sendBytes: (bytes) => void socket.write(bytes),
  }
}

/** One masked text frame, RFC 6455 section 5.2; the mask is nought, which changes nothing and is allowed. */
export function frameOf(payload: Uint8Array, opcode = TEXT): Buffer {
  const isLong = payload.length >= LENGTH_16
  const head = Buffer.alloc(isLong ? 8 : 6)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (isLong ? LENGTH_16 : payload.length)
  if (isLong) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

/** @returns what is left of a frame that has not come whole */
function readFrames(bytes: Buffer, hear: (text: string) => void, end: () => void): Buffer {
  let at = 0
  while (bytes.length - at >= 2) {
    const opcode = bytes[at]! & 0x0f
    const short = bytes[at + 1]! & 0x7f
    const headBytes = short === LENGTH_16 ? 4 : short === LENGTH_64 ? 10 : 2
    if (bytes.length - at < headBytes) break
    const size =
      short === LENGTH_16
        ? bytes.readUInt16BE(at + 2)
        : short === LENGTH_64
          ? Number(bytes.readBigUInt64BE(at + 2))
          : short
    if (bytes.length - at < headBytes + size) break
    if (opcode === TEXT) hear(bytes.toString('utf8', at + headBytes, at + headBytes + size))
    if (opcode === CLOSE) end()
    at += headBytes + size
  }
  return at === 0 ? bytes : bytes.subarray(at)
}
