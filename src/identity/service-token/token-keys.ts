// The keys that sign service tokens: one for each day and server, published before it signs, retired when nothing of it can be good.
import { hexOf } from '../../kernel/index.ts'
import type { Clock, Digest, Random, Signer, Sql } from '../../kernel/index.ts'
import { readTokenKeys } from './ended-keys.ts'
import type { EndedKeyPorts } from './ended-keys.ts'
import { base64UrlOf, retirementMs, signingDayOf } from './model.ts'
import type { SigningDay, TokenKey } from './model.ts'
import { deleteRetiredTokenKeys, insertTokenKey, lockTokenKeys } from './store.ts'

export interface TokenKeyPorts extends EndedKeyPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  /** This server's own Ed25519 key of that name; made on first use. */
  openTokenSigner(name: string): Promise<Signer>
}

export interface OwnTokenKey {
  readonly key: TokenKey
  readonly signer: Signer
}

export interface TokenKeys {
  /** This server's key of today; that of tomorrow is published with it. */
  own(): Promise<OwnTokenKey>
  /** The published key; undefined for one that is unknown, ended or retired. Costs a question at most once a second. */
  find(kid: string): Promise<TokenKey | undefined>
  /** What verifiers are told: every server's keys of today and tomorrow, and those that signed what may still be good. */
  published(): Promise<readonly TokenKey[]>
}

const ISSUER_BYTES = 8
const REREAD_MS = 1_000
/** How long a key counts without asking whether it was ended; 5 s are promised for every server. */
const TRUSTED_MS = 2_000
/** Keys of one server that may be ended on one day; each leaves a file in the data folder. */
const KEYS_PER_DAY_LIMIT = 100

export function makeTokenKeys(ports: TokenKeyPorts): TokenKeys {
  const { clock } = ports
  let today: { readonly name: string; readonly own: Promise<OwnTokenKey> } | undefined
  let known = new Map<string, TokenKey>()
  let readAtMs = -Infinity
  let reading: Promise<void> | undefined

  const read = async (): Promise<void> => {
    const askedAtMs = clock.monotonicMs()
    const keys = await readAll(ports)
    known = new Map(keys.map((key) => [key.kid, key]))
    readAtMs = askedAtMs
  }
  /** Whoever comes while it is asked waits for the same answer. */
  const reread = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  const isOld = (ageMs: number): boolean => clock.monotonicMs() - readAtMs >= ageMs
  const open = (day: SigningDay): Promise<OwnTokenKey> => {
    const opened = publishOwn(ports, day)
    today = { name: day.name, own: opened }
    // What failed is tried again by whoever asks next.
    opened.catch(() => {
      if (today?.own === opened) today = undefined
    })
    return opened
  }
  const own = async (): Promise<OwnTokenKey> => {
    const day = signingDayOf(clock.nowMs())
    if (today?.name !== day.name) return open(day)
    const mine = today.own
    const { key } = await mine
    if (isOld(TRUSTED_MS)) await reread()
    if (known.get(key.kid)?.isEnded !== true) return mine
    // Of several that find it ended the first opens the next.
    return today?.own === mine || today === undefined ? open(day) : today.own
  }
  const inForce = (key: TokenKey): boolean => !key.isEnded && clock.nowMs() < retirementMs(key)
  return {
    own,
    async find(kid) {
      if (isOld(known.has(kid) ? TRUSTED_MS : REREAD_MS)) await reread()
      else if (reading !== undefined) await reading
      const key = known.get(kid)
      return key !== undefined && inForce(key) ? key : undefined
    },
    async published() {
      await own()
      return (await readAll(ports)).filter(inForce)
    },
  }
}

function readAll(ports: TokenKeyPorts): Promise<readonly TokenKey[]> {
  return ports.sql.transaction('system', (tx) => readTokenKeys(ports, tx))
}

async function publishOwn(ports: TokenKeyPorts, day: SigningDay): Promise<OwnTokenKey> {
  const days = [day, signingDayOf(day.signsUntilMs)]
  for (let turn = 0; turn < KEYS_PER_DAY_LIMIT; turn += 1) {
    const known = await readAll(ports)
    const ended = new Set(known.filter(({ isEnded }) => isEnded).map(({ kid }) => kid))
    const opened = await Promise.all(days.map((each) => openUnended(ports, each, ended)))
    const own = await publishOpened(ports, days, opened)
    if (own !== undefined) return own
  }
  throw tooMany()
}

/** The first key of the day that was not ended; those after the first have a number behind the day. */
async function openUnended(
  ports: TokenKeyPorts,
  { name }: SigningDay,
  ended: ReadonlySet<string>,
): Promise<Signer> {
  for (let turn = 1; turn <= KEYS_PER_DAY_LIMIT; turn += 1) {
    const signer = await ports.openTokenSigner(turn === 1 ? name : `${name}-${turn}`)
    if (!ended.has(kidOf(ports, signer))) return signer
  }
  throw tooMany()
}

function tooMany(): Error {
  return new Error(`expected fewer than ${KEYS_PER_DAY_LIMIT} ended keys of one day`)
}

/** Undefined when one of them was ended meanwhile. */
async function publishOpened(
  ports: TokenKeyPorts,
  days: readonly SigningDay[],
  opened: readonly Signer[],
): Promise<OwnTokenKey | undefined> {
  return ports.sql.transaction('system', async (tx) => {
    await lockTokenKeys(tx)
    const known = await readTokenKeys(ports, tx)
    const issuer = known[0]?.issuer ?? `urn:seaworthy:${hexOf(ports.random.bytes(ISSUER_BYTES))}`
    const keys = opened.map((signer, at) => keyOf(ports, days[at]!, signer, issuer))
    const ended = new Set(known.filter(({ isEnded }) => isEnded).map(({ kid }) => kid))
    if (keys.some(({ kid }) => ended.has(kid))) return undefined
    for (const key of keys) await insertTokenKey(tx, key)
    const [day] = days
    const retired = new Date(day!.signsFromMs - (retirementMs(day!) - day!.signsUntilMs))
    await deleteRetiredTokenKeys(tx, retired.toISOString())
    return { key: keys[0]!, signer: opened[0]! }
  })
}

function kidOf({ digest }: TokenKeyPorts, { publicKey }: Signer): string {
  return base64UrlOf(digest.sha256(publicKey))
}

function keyOf(
  ports: TokenKeyPorts,
  { signsFromMs, signsUntilMs }: SigningDay,
  signer: Signer,
  issuer: string,
): TokenKey {
  const { publicKey } = signer
  return {
    kid: kidOf(ports, signer),
    issuer,
    publicKey,
    signsFromMs,
    signsUntilMs,
    isEnded: false,
  }
}
