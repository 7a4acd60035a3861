// Which Host headers mean this server.

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
