// Network addresses as keys: mapped IPv4 unwrapped, IPv6 by its /64, networks in CIDR form; no name is ever looked up.
import { GuardFault } from './errors.ts'

const GROUP_COUNT = 8
const ADDRESS_BITS = 128
const IPV4_BITS = 32
/** Length of text that can be an address, zone included. */
const TEXT_LIMIT = 100

/** The 16-bit groups of an address; IPv4 as its mapped form. Undefined for anything that is no address. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > TEXT_LIMIT) return undefined
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '')
  if (!bare.includes(':')) {
    const [high, low] = parseIpv4(bare) ?? []
    return high === undefined || low === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, high, low]
  }
  return parseIpv6(bare)
}

function parseIpv4(text: string): readonly [number, number] | undefined {
  const parts = text.split('.')
  // Leading zeros are octal to some readers, so they are no address here.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part)))
    return undefined
  const [a, b, c, d] = parts.map(Number)
  if (Math.max(a!, b!, c!, d!) > 255) return undefined
  return [a! * 256 + b!, c! * 256 + d!]
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  // Only the end of the whole address may be written as IPv4 (RFC 4291, section 2.2).
  const [before, after] = halves.map((half, at) => parseGroups(half, at === halves.length - 1))
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined
  const zeros = GROUP_COUNT - before.length - (after?.length ?? 0)
  if (halves.length === 1) return zeros === 0 ? before : undefined
  return zeros < 1 ? undefined : [...before, ...Array<number>(zeros).fill(0), ...after!]
}

/** Groups between colons; at the end of an address the last may be written as IPv4. */
function parseGroups(text: string, isEnd: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const isTail = isEnd && part.includes('.') && index === parts.length - 1
    const tail = isTail ? parseIpv4(part) : undefined
    if (tail !== undefined) groups.push(...tail)
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
}

/**
 * The key under which an address is counted: IPv4 as it is, also when it comes mapped; IPv6 by its /64, because a single
 * customer has 2^64 addresses. Undefined for what is no address.
 */
export function addressKey(text: string): string | undefined {
  const groups = parseAddress(text)
  if (groups === undefined) return undefined
  if (isMapped(groups)) {
    const [high, low] = [groups[6]!, groups[7]!]
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

export interface Network {
  has(groups: readonly number[]): boolean
}

/** `10.0.0.0/8`, `fd00::/8` or a single address. @throws GuardFault GUARD_ADDRESS_INVALID */
export function parseNetwork(text: string): Network {
  const [address = '', length] = text.split('/')
  const groups = parseAddress(address)
  const isIpv4 = groups !== undefined && !address.includes(':')
  const most = isIpv4 ? IPV4_BITS : ADDRESS_BITS
  const given = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1
  if (groups === undefined || given < 0 || given > most || text.split('/').length > 2)
    throw new GuardFault(
      'GUARD_ADDRESS_INVALID',
      `expected an address or a network such as 10.0.0.0/8, got ${JSON.stringify(text)}`,
    )
  const bits = isIpv4 ? ADDRESS_BITS - IPV4_BITS + given : given
  return {
    has: (other) =>
      groups.every((group, index) => {
        const kept = Math.min(16, Math.max(0, bits - index * 16))
        return group >> (16 - kept) === other[index]! >> (16 - kept)
      }),
  }
}

/** Most hops of a forwarding header that are looked at, from the near end. */
const HOP_LIMIT_COUNT = 32

/**
 * Who the client is: the peer, or, where the peer is a trusted proxy, the nearest address of `X-Forwarded-For` that is
 * none. What a client writes into that header itself stands further away and is never reached.
 * @returns an address key (see `addressKey`); undefined when even the peer has no address
 */
export function clientKey(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly Network[],
): string | undefined {
  return addressKey(clientAddress(peer, forwardedFor, trusted) ?? '')
}

/** The same as a whole address, or whatever the peer is called where it has none. */
function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly Network[],
): string | undefined {
  let nearest = peer
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim())
  for (let looked = 0; looked < HOP_LIMIT_COUNT && hops.length > 0; looked++) {
    const groups = parseAddress(nearest ?? '')
    if (groups === undefined || !trusted.some((network) => network.has(groups))) break
    const next = withoutPort(hops.pop()!)
    // A proxy that writes something else is not believed any further.
    if (addressKey(next) === undefined) break
    nearest = next
  }
  return nearest
}

/**
 * Finds the client of each request of a service that stands behind proxies.
 * @param trustedProxies as addresses or networks; nobody else's `X-Forwarded-For` is read
 * @throws GuardFault GUARD_ADDRESS_INVALID
 */
export function makeClientFinder(
  trustedProxies: readonly string[],
): (peer: string | undefined, forwardedFor: string | undefined) => string | undefined {
  const trusted = trustedProxies.map(parseNetwork)
  return (peer, forwardedFor) => clientAddress(peer, forwardedFor, trusted)
}

function withoutPort(hop: string): string {
  return /^\d+(?:\.\d+){3}:\d{1,5}$/.test(hop)
    ? hop.slice(0, hop.lastIndexOf(':'))
    : hop.replace(/^(\[[^\]]*\]):\d{1,5}$/, '$1')
}
