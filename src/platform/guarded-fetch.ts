// Outbound HTTP to addresses that somebody else chose: public ones only, judged at the moment of the connection.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import type { GuardedFetch, SeaworthyError } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { admitUrl, makeFetch } from './fetch.ts'
import { LOOPBACK_NAME, makeNameLookup } from './name-lookup.ts'
import type { ResolvedAddress } from './name-lookup.ts'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

const HTTPS_PORT = 443
/** Ports below belong to services that speak something else. */
const FREE_PORT_FROM = 1_024

export interface GuardedTerms {
  /** Also this machine, also without TLS: for tests and demonstrations. */
  readonly allowsLoopback: boolean
  /** Instead of the hosts file and the system's nameservers. */
  readonly resolve?: (host: string) => Promise<readonly ResolvedAddress[]>
}

/**
 * A name is resolved once, every answer is judged, and the connection goes to an address that was judged, so that a second
 * answer of the resolver cannot lead elsewhere. One bad answer refuses all. No redirects, no proxy, each request on its own
 * connection.
 */
export function makeGuardedFetch(terms: GuardedTerms): GuardedFetch {
  const allows = allowedBy(terms)
  const lookup = makeJudgedLookup(terms)
  const agents = { 'http:': new HttpAgent({ lookup }), 'https:': new HttpsAgent({ lookup }) }
  const admit = (url: URL): void => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const isLiteral = isIP(host) !== 0
    if (isLiteral && !allows(host)) throw refusal('expected a public address')
    if (!isLiteral && host === LOOPBACK_NAME && !terms.allowsLoopback)
      throw refusal('expected a public name')
    // Whoever may reach this machine may do so without TLS and on any port.
    if (host === LOOPBACK_NAME || isLoopbackAddress(host)) return
    if (url.protocol !== 'https:') throw refusal('expected an https address')
    const port = url.port === '' ? HTTPS_PORT : Number(url.port)
    if (port !== HTTPS_PORT && port < FREE_PORT_FROM)
      throw refusal(`expected port ${HTTPS_PORT} or one from ${FREE_PORT_FROM}`)
  }
  const fetch = makeFetch((url) => {
    admit(url)
    return url.protocol === 'https:' ? agents['https:'] : agents['http:']
  })
  return { ...fetch, admit: (text) => admit(admitUrl(text)) }
}

function refusal(words: string): SeaworthyError {
  return platformFault('PLATFORM_REQUEST_REFUSED', words)
}

export function allowedBy({ allowsLoopback }: GuardedTerms): (address: string) => boolean {
  return (address) => isPublicAddress(address) || (allowsLoopback && isLoopbackAddress(address))
}

/** For sockets: resolves a name once, and hands on what it leads to only when all of it may be reached. */
export function makeJudgedLookup(terms: GuardedTerms): LookupFunction {
  const resolve = terms.resolve ?? makeNameLookup()
  const allows = allowedBy(terms)
  const judge = callbackify(async (host: string): Promise<readonly ResolvedAddress[]> => {
    const addresses = await resolve(host)
    if (addresses.length > 0 && addresses.every(({ address }) => allows(address))) return addresses
    const words = 'the name leads to no public address'
    throw Object.assign(new Error(words), { code: 'ENOTPUBLIC' })
  })
  return (host, options, callback) => {
    judge(host, (error, addresses) => {
      const [first] = addresses ?? []
      if (first === undefined) callback(error, '')
      else if (options.all === true) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
  }
}
