// Which Host headers mean this server.
import type { FastifyRequest } from 'fastify'
import { webFault } from './errors.ts'

/** True for localhost, 127.0.0.0/8 and [::1], with or without a port. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}

const HOST_NAME =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
const IPV6_LITERAL = /^\[[0-9a-f:.]{2,45}\]$/i

/** What may stand in an allow-list: a name or an IP address, without a port. */
export function isHostName(text: string): boolean {
  return (text.length <= 253 && HOST_NAME.test(text)) || IPV6_LITERAL.test(text)
}

/** True when the Host header names one of the list, with or without a port. */
export function isListedHost(host: string | undefined, listed: readonly string[]): boolean {
  if (host === undefined) return false
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  return listed.some((each) => each.toLowerCase() === name)
}

// A page of another origin may resolve its own name to 127.0.0.1 (DNS rebinding); the Host header gives it away.
export function refuseForeignHost(
  hosts: readonly string[],
): (request: FastifyRequest) => Promise<void> {
  return async ({ headers: { host } }) => {
    // RFC 9112, 3.2.
    if (host === undefined) throw webFault('WEB_REQUEST_REFUSED', 'expected a Host header')
    if (!isLoopbackHost(host) && !isListedHost(host, hosts))
      throw webFault('WEB_HOST_FOREIGN', 'expected a name of this server in the Host header')
  }
}
