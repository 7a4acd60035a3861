// Where the data lies and which server is meant: flag, then environment, then file, then default; the only file that reads the environment.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CiSystem, CommandDefaults } from '../client/index.ts'
import type { IssuerSettings } from '../identity/index.ts'
import type { SocketLimits } from '../realtime/index.ts'
import type { FileSettings } from './config-file.ts'
import { appFault } from './errors.ts'
import { takePlaces } from './outside-places.ts'
import type { OutsidePlaces } from './outside-places.ts'

/** One setting as `seaworthy config` shows it. */
export interface Setting {
  readonly key: string
  /** Safe to show: passwords and keys are masked. */
  readonly value: string
  /** Where the value was taken from, e.g. `--data`, `SEAWORTHY_DATA`, a file's path or `default`. */
  readonly source: string
}

/** What a deployment of many machines stands on; a single machine has its own of each. */
export interface Services {
  /** `postgres://…` replaces the embedded database. */
  readonly databaseUrl: string
  /** A replica of it, for reads that may lag. */
  readonly readDatabaseUrl: string
  /** Where servers count limits together. */
  readonly redisUrl: string
  /** Bucket of S3 for evidence bytes, with a prefix after a slash if any; absent = files in the data folder. */
  readonly bucket: string
  /** Of a store that is not Amazon's. */
  readonly s3Endpoint: string
  readonly s3Region: string
  /** Where a server sends its traces (OTLP over HTTP); absent = it makes none, and hands on what comes in. */
  readonly traceCollector: string
  /** How many connections of the realtime feed a server has for one address, one principal and one tenant, where that is not as usual. */
  readonly socketLimits: Partial<SocketLimits>
}

export interface AppConfig extends Partial<Services>, OutsidePlaces {
  /** Absolute path of the data folder. */
  readonly dataFolder: string
  readonly tenantId: string
  /** Base URL and key of a server; absent = in this process, on the embedded database. */
  readonly server?: { readonly url: string; readonly key: string }
  /** True where requests come over a socket; they are limited then. */
  readonly isServer: boolean
  /** True where each request is logged. */
  readonly isRequestLogged?: boolean
  /** Names besides the loopback's under which a server may be asked. */
  readonly hosts?: readonly string[]
  /** Whether webhooks may go to this very machine, without TLS: for tests and demonstrations. */
  readonly allowsLoopbackWebhooks: boolean
  /** Proxies whose word about their clients' addresses a server takes, as addresses and networks; absent = nobody's. */
  readonly trustedProxies?: readonly string[]
  /** With whom people may sign in, and the origin that they come back to; absent where keys alone open the server. */
  readonly signIn?: { readonly ownOrigin: string; readonly issuers: readonly IssuerSettings[] }
  /** How long a person who proved to their issuer who they are may give their word, in milliseconds. */
  readonly proofLifetimeMs: number
  /** What commands about checklists take when they are not told. */
  readonly defaults: CommandDefaults
  readonly settings: readonly Setting[]
}

export interface ConfigFlags {
  readonly data?: string | undefined
  readonly tenant?: string | undefined
  /**
   * Only a server takes DATABASE_URL: the shell of somebody who types a command may well have one for quite another
   * application, and tables must not appear in it.
   */
  readonly isServer?: boolean
}

const CONFIG_FILE = 'seaworthy.yaml'

/**
 * A flag wins over the environment, the environment over the file, the file over the default.
 * @throws APP_CONFIG_REFUSED
 */
export async function readConfig(flags: ConfigFlags): Promise<AppConfig> {
  const file = await readFileSettings()
  const settings: Setting[] = []
  const take = (key: string, candidates: readonly Candidate[]): string | undefined => {
    const found = candidates.find(({ value }) => value !== undefined)
    if (found?.value === undefined) return undefined
    const shown = key === 'data' ? resolve(found.value) : withoutPassword(found.value)
    settings.push({ key, value: shown, source: found.source })
    return found.value
  }
  const inFile = (value: string | undefined): Candidate => ({ value, source: file?.path ?? '' })
  const data = take('data', [
    { value: flags.data, source: '--data' },
    fromEnvironment('SEAWORTHY_DATA'),
    inFile(file?.data),
    { value: '.seaworthy', source: 'default' },
  ])
  const tenantId = take('tenant', [
    { value: flags.tenant, source: '--tenant' },
    fromEnvironment('SEAWORTHY_TENANT'),
    inFile(file?.tenant),
    { value: 'local', source: 'default' },
  ])
  // Not from the file: whoever writes a repository's file must not choose where this person's key is sent.
  const url = take('server', [fromEnvironment('SEAWORTHY_URL')])
  const services = takeServices(take, flags.isServer === true)
  // Not from the file: whoever writes a repository's file must not open this machine to requests.
  const webhookLoopback = take('webhookLoopback', [
    fromEnvironment('SEAWORTHY_WEBHOOK_LOOPBACK'),
    { value: 'no', source: 'default' },
  ])
  // Nor where the key of what is recorded lies.
  const places = takePlaces((key, name) => take(key, [fromEnvironment(name)]))
  const publicUrl = take('publicUrl', [fromEnvironment('SEAWORTHY_PUBLIC_URL')])
  // Not from the file: whoever writes a repository's file must not say who people are.
  const issuersPath = take('issuers', [fromEnvironment('SEAWORTHY_ISSUERS')])
  // Not from the file either: it says how long a browser that was left open speaks for somebody.
  const stepUp = take('stepUpMinutes', [
    fromEnvironment('SEAWORTHY_STEP_UP_MINUTES'),
    { value: '5', source: 'default' },
  ])
  // Most servers have keys alone, and most calls are no server.
  const signIn =
    issuersPath === undefined
      ? undefined
      : (await import('./issuers-file.ts')).readSignInSettings(publicUrl, resolve(issuersPath))
  const defaults = {
    checklist: take('checklist', [inFile(file?.checklist)]),
    service: take('service', [inFile(file?.service)]),
    environment: take('environment', [inFile(file?.environment)]),
    gateUser: take('gateUser', [fromEnvironment('SEAWORTHY_GATE_USER')]),
  }
  return {
    dataFolder: resolve(data ?? ''),
    tenantId: tenantId ?? '',
    ...(url === undefined ? {} : { server: { url, key: readEnvironment('SEAWORTHY_KEY') ?? '' } }),
    ...services,
    isServer: flags.isServer === true,
    allowsLoopbackWebhooks: readAnswer('SEAWORTHY_WEBHOOK_LOOPBACK', webhookLoopback),
    ...places,
    ...(await takeTrustedProxies(take)),
    ...(signIn === undefined ? {} : { signIn }),
    proofLifetimeMs: readMinutes('SEAWORTHY_STEP_UP_MINUTES', stepUp),
    defaults,
    settings,
  }
}

type Take = (key: string, candidates: readonly Candidate[]) => string | undefined

/** Not from the file, as none of what a key or data is sent to. */
function takeServices(take: Take, isServer: boolean): Partial<Services> {
  // The general names may be meant for another application, wherever nothing is served.
  const either = (name: string): readonly Candidate[] => [
    fromEnvironment(`SEAWORTHY_${name}`),
    ...(isServer ? [fromEnvironment(name)] : []),
  ]
  const found = {
    databaseUrl: take('database', either('DATABASE_URL')),
    readDatabaseUrl: take('readDatabase', either('READ_DATABASE_URL')),
    redisUrl: take('redis', either('REDIS_URL')),
    bucket: take('bucket', [fromEnvironment('SEAWORTHY_S3_BUCKET')]),
    // The variables of the AWS SDK itself, which reads the others of that family.
    s3Endpoint: take('s3Endpoint', [
      fromEnvironment('AWS_ENDPOINT_URL_S3'),
      fromEnvironment('AWS_ENDPOINT_URL'),
    ]),
    s3Region: take('s3Region', [
      fromEnvironment('AWS_REGION'),
      fromEnvironment('AWS_DEFAULT_REGION'),
    ]),
    // The variables of the OpenTelemetry SDK itself, which reads them, and the others of that family, by its own rules.
    traceCollector: take('traces', [
      fromEnvironment('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
      fromEnvironment('OTEL_EXPORTER_OTLP_ENDPOINT'),
    ]),
    socketLimits: takeSocketLimits(take),
  }
  if (found.readDatabaseUrl !== undefined && found.databaseUrl === undefined)
    throw appFault('APP_CONFIG_REFUSED', 'expected DATABASE_URL beside READ_DATABASE_URL')
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** Not from the file: whoever writes a repository's file must not say how much room one of many has. */
function takeSocketLimits(take: Take): Partial<SocketLimits> {
  const read = (key: string, name: string): number | undefined => {
    const found = take(key, [fromEnvironment(name)])
    if (found === undefined || /^[1-9]\d{0,4}$/.test(found))
      return found === undefined ? undefined : Number(found)
    throw appFault(
      'APP_CONFIG_REFUSED',
      `expected ${name} to be from 1 to 99999, got ${JSON.stringify(found.slice(0, 100))}`,
    )
  }
  const limits = {
    perAddress: read('socketsPerAddress', 'SEAWORTHY_SOCKETS_PER_ADDRESS'),
    perPrincipal: read('socketsPerPrincipal', 'SEAWORTHY_SOCKETS_PER_PRINCIPAL'),
    perTenant: read('socketsPerTenant', 'SEAWORTHY_SOCKETS_PER_TENANT'),
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** Not from the file: whoever writes a repository's file must not say whose word counts about where requests come from. */
async function takeTrustedProxies(take: Take): Promise<Pick<AppConfig, 'trustedProxies'>> {
  const text = take('trustedProxies', [fromEnvironment('SEAWORTHY_TRUSTED_PROXIES')])
  return text === undefined ? {} : (await import('./trusted-proxies.ts')).readTrustedProxies(text)
}

interface Candidate {
  readonly value: string | undefined
  readonly source: string
}

function fromEnvironment(name: string): Candidate {
  return { value: readEnvironment(name), source: name }
}

// The reader of YAML is loaded only where there is a file to read: most calls have none and stay quick.
async function readFileSettings(): Promise<FileSettings | undefined> {
  const named = readEnvironment('SEAWORTHY_CONFIG')
  if (named === undefined && !existsSync(CONFIG_FILE)) return undefined
  const { readConfigFile } = await import('./config-file.ts')
  return readConfigFile(resolve(named ?? CONFIG_FILE))
}

/** @throws APP_CONFIG_REFUSED: a guess about what opens something must not be made */
function readAnswer(name: string, text: string | undefined): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes'
  throw appFault(
    'APP_CONFIG_REFUSED',
    `expected ${name} to be yes or no, got ${JSON.stringify(text)}`,
  )
}

/** @returns milliseconds @throws APP_CONFIG_REFUSED */
function readMinutes(name: string, text = ''): number {
  const minutes = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0
  if (minutes >= 1 && minutes <= 720) return minutes * 60_000
  throw appFault(
    'APP_CONFIG_REFUSED',
    `expected ${name} to be whole minutes from 1 to 720, got ${JSON.stringify(text.slice(0, 100))}`,
  )
}

function withoutPassword(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^@]*@/i, '$1:***@')
}

/** An empty variable counts as unset, as shells cannot easily tell the two apart. */
export function readEnvironment(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

/** Variables by which CI systems tell what they are; the first that is set counts, so that the general one comes last. */
const CI_VARIABLES: readonly (readonly [string, CiSystem])[] = [
  ['GITHUB_ACTIONS', 'github'],
  ['GITLAB_CI', 'gitlab'],
  ['TF_BUILD', 'azure'],
  ['BUILDKITE', 'buildkite'],
  ['CIRCLECI', 'circleci'],
  ['JENKINS_URL', 'jenkins'],
  ['CI', 'other'],
]
const NO = /^(?:0|false|no|off)$/i

/** What the environment says about where output goes. */
export interface ScreenSettings {
  readonly ci: CiSystem | undefined
  readonly isColoured: boolean
  readonly isLive: boolean
  readonly summaryFile: string | undefined
}

/**
 * NO_COLOR (no-color.org) wins over FORCE_COLOR, both over what the terminal can do. A CI system never gets drawing in place,
 * whatever terminal it pretends to have.
 */
export function readScreenSettings(isTerminal: boolean): ScreenSettings {
  const isSet = (name: string): boolean => {
    const value = readEnvironment(name)
    return value !== undefined && !NO.test(value)
  }
  const ci = CI_VARIABLES.find(([name]) => isSet(name))?.[1]
  const canDraw = isTerminal && readEnvironment('TERM') !== 'dumb'
  const forced = readEnvironment('FORCE_COLOR')
  const wanted = forced === undefined ? canDraw && ci === undefined : !NO.test(forced)
  return {
    ci,
    isColoured: wanted && readEnvironment('NO_COLOR') === undefined,
    isLive: canDraw && ci === undefined,
    summaryFile: ci === undefined ? undefined : readEnvironment('GITHUB_STEP_SUMMARY'),
  }
}
