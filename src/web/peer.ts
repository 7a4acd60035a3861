// The address that a request came from: the other end of its connection, or, behind proxies that the operator named, what they say of their client.
import type { IncomingMessage } from 'node:http'
import { makeClientFinder } from '../guard/index.ts'

export type PeerOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined

/** @param trustedProxies as addresses or networks; nobody else's `X-Forwarded-For` is read @throws GuardFault GUARD_ADDRESS_INVALID */
export function makePeerOf(trustedProxies: readonly string[] = []): PeerOf {
  const find = makeClientFinder(trustedProxies)
  return ({ headers, socket }) => {
    const forwarded = headers['x-forwarded-for']
    // Several lines of one field are one list (RFC 9110, section 5.3).
    const list = typeof forwarded === 'string' ? forwarded : forwarded?.join(',')
    return find(socket.remoteAddress, list)
  }
}
