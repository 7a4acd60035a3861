// A way to a PostgreSQL server that counts trips to it and can be cut off in the middle of one.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Of a Parse message without a name: its letter, its length, and the end of the name. */
const PARSE_BYTES = 6

export interface Cutter {
  readonly url: string
  /** How many times something was sent to the server after an answer was read. */
  tripCount(): number
  /** The next message whose text holds these words does not arrive, and the connection ends. */
  cutBefore(words: string): void
  close(): Promise<void>
}

export async function openCutter(to: URL): Promise<Cutter> {
  let trips = 0
  let words: string | undefined
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(to.port === '' ? '5432' : to.port), to.hostname)
    let isAnswered = true
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', end).on('close', end)
    }
    near.on('data', (chunk: Buffer) => {
      if (isAnswered) trips++
      isAnswered = false
      const at = words === undefined ? -1 : chunk.indexOf(words)
      if (at < 0) return void far.write(chunk)
      words = undefined
      const isParse = chunk[at - 1] === 0 && chunk[at - PARSE_BYTES] === 0x50
      far.write(chunk.subarray(0, isParse ? at - PARSE_BYTES : at), end)
    })
    far.on('data', (chunk: Buffer) => {
      isAnswered = true
      near.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(to.href)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    tripCount: () => trips,
    cutBefore(text) {
      words = text
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
