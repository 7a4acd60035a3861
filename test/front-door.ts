// An address on the loopback that is known before the server behind it is: requests go on as they come.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FrontDoor {
  /** As browsers know the server. */
  readonly origin: string
  /** URL of the server behind. */
  target: string
  close(): Promise<void>
}

export async function openFrontDoor(): Promise<FrontDoor> {
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const onward = request(new URL(url, door.target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const door: FrontDoor = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    target: '',
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
  return door
}
