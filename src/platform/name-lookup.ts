// Looks names up for sockets without the system's few resolver threads, which one nameserver that does not answer would keep busy.
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { errorCodeOf } from './files.ts'

/** Of one lookup, whatever nameservers there are. */
const LOOKUP_LIMIT_MS = 5_000
/** Of one question to one nameserver; then it is asked once more. */
const QUESTION_TIMEOUT_MS = 2_000
const QUESTION_TRY_COUNT = 2
const HOSTS_FILE = '/etc/hosts'
/** RFC 6761, section 6.3: where the hosts file does not say so either. */
const LOOPBACK_ADDRESSES: readonly ResolvedAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]
export const LOOPBACK_NAME = 'localhost'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

export interface LookupTerms {
  /** Instead of the system's; with a port where it is not 53. */
  readonly servers?: readonly string[]
  readonly hostsFile?: string
  readonly limitMs?: number
}

/**
 * The hosts file first, then the nameservers of the system, for both families: every address that they give. Those who ask
 * for one name at the same time share one lookup, and each lookup has its own sockets, so that none waits for another.
 */
export function makeNameLookup(
  terms: LookupTerms = {},
): (host: string) => Promise<readonly ResolvedAddress[]> {
  const asked = new Map<string, Promise<readonly ResolvedAddress[]>>()
  return (host) => {
    const name = host.toLowerCase().replace(/\.$/, '')
    const running = asked.get(name)
    if (running !== undefined) return running
    const lookup = lookUp(name, terms).finally(() => asked.delete(name))
    asked.set(name, lookup)
    return lookup
  }
}

async function lookUp(name: string, terms: LookupTerms): Promise<readonly ResolvedAddress[]> {
  const known = await addressesInHosts(terms.hostsFile ?? HOSTS_FILE, name)
  if (known.length > 0) return known
  return name === LOOPBACK_NAME ? LOOPBACK_ADDRESSES : askNameservers(name, terms)
}

async function addressesInHosts(file: string, name: string): Promise<readonly ResolvedAddress[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    // Not every system has one.
    if (errorCodeOf(error) === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    const isMeant = names.some((each) => each.toLowerCase() === name)
    return isMeant && family !== 0 ? [{ address, family: family === 6 ? 6 : 4 } as const] : []
  })
}

async function askNameservers(
  name: string,
  { servers, limitMs = LOOKUP_LIMIT_MS }: LookupTerms,
): Promise<readonly ResolvedAddress[]> {
  const resolver = new Resolver({ timeout: QUESTION_TIMEOUT_MS, tries: QUESTION_TRY_COUNT })
  if (servers !== undefined) resolver.setServers(servers)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    resolver.cancel()
  }, limitMs)
  const came = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  clearTimeout(timer)
  const found = came.flatMap((each, at) => {
    if (each.status === 'rejected') return []
    return each.value.map((address) => ({
      address,
      family: at === 0 ? (4 as const) : (6 as const),
    }))
  })
  if (found.length > 0) return found
  if (isLate)
    throw Object.assign(new Error('no nameserver answered in time'), { code: 'EDNSTIMEOUT' })
  // The first question tells more: of the second family most names have nothing.
  const failed = came.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return []
}
