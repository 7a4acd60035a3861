// A proxy on loopback that keeps what passes: requests with their answers, byte for byte.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly requestHeaders: Readonly<Record<string, string | string[] | undefined>>
  readonly status: number
  readonly mediaType: string
  readonly body: Buffer
}

export interface RecordingProxy {
  readonly url: string
  readonly exchanges: readonly Exchange[]
  close(): Promise<void>
}

export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const body = Buffer.concat(chunks)
        const status = answer.statusCode ?? 0
        const mediaType = answer.headers['content-type'] ?? ''
        exchanges.push({ method, path: url, requestHeaders: headers, status, mediaType, body })
        outgoing.writeHead(status, answer.headers)
        outgoing.end(body)
      })
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
