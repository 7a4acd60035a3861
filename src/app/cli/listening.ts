// Where a server listens and under which names it answers: the loopback, unless somebody names the names.
import { isIPv4, isIPv6 } from 'node:net'
import type { AddressInfo } from 'node:net'
import { messageOf } from '../../kernel/index.ts'
import type { OptionValues } from '../../client/index.ts'
import { isHostName, isLoopbackHost } from '../../web/index.ts'
import type { ComposedApp } from '../compose.ts'
import { appFault } from '../errors.ts'

const LOOPBACK = '127.0.0.1'
const DEFAULT_PORT = 7420
const PORT_MAXIMUM = 65_535

export interface ListenTerms {
  /** Address to bind. */
  readonly host: string
  readonly port: number
  /** Names besides the loopback's that requests may bear. */
  readonly hosts: readonly string[]
}

/** @throws APP_OPTION_INVALID; also for an address that others reach without the names they may use for it */
export function readListenTerms(options: OptionValues): ListenTerms {
  const given = options['host']
  const host = typeof given === 'string' ? given : LOOPBACK
  const listed = options['allowHost']
  const hosts = Array.isArray(listed) ? (listed as readonly string[]) : []
  if (!isIPv4(host) && !isIPv6(host) && host !== 'localhost')
    throw appFault('APP_OPTION_INVALID', `expected --host to be an IP address, got ${quoted(host)}`)
  const wrong = hosts.find((each) => !isHostName(each))
  if (wrong !== undefined)
    throw appFault(
      'APP_OPTION_INVALID',
      `expected --allow-host to be a name without a port, got ${quoted(wrong)}`,
    )
  if (!isLoopbackHost(inUrl(host)) && hosts.length === 0)
    throw appFault(
      'APP_OPTION_INVALID',
      `expected --allow-host NAME with --host ${host}: a page of another origin could otherwise reach the server under a name of its own`,
    )
  return { host, port: portOf(options), hosts }
}

/** @returns the URL for commands on this machine @throws APP_PORT_TAKEN */
export async function listen(
  app: Pick<ComposedApp, 'web'>,
  { host, port }: ListenTerms,
): Promise<string> {
  try {
    await app.web.listen({ host, port })
  } catch (error) {
    throw appFault('APP_PORT_TAKEN', `expected a free port ${host}:${port}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  const { port: bound } = app.web.server.address() as AddressInfo
  const near = host === '0.0.0.0' ? LOOPBACK : host === '::' ? '::1' : host
  return `http://${inUrl(near)}:${bound}`
}

function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}

function portOf(options: OptionValues): number {
  const text = options['port']
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAXIMUM) return port
  throw appFault(
    'APP_OPTION_INVALID',
    `expected --port from 0 to ${PORT_MAXIMUM}, got ${JSON.stringify(text)}`,
  )
}
