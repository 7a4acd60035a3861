// The keys that sign service tokens: one for each day and server, published before it signs, retired when nothing of it can be good.
import { hexOf } from '../../kernel/index.ts'
import type { Clock, Digest, Random, Signer, Sql } from '../../kernel/index.ts'
import { base64UrlOf, retirementMs, signingDayOf } from './model.ts'
import type { SigningDay, TokenKey } from './model.ts'
import { deleteRetiredTokenKeys, insertTokenKey, lockTokenKeys, selectTokenKeys } from './store.ts'

export interface TokenKeyPorts {
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
  /** The published key; undefined for one that is unknown or retired. Costs a question at most once a second. */
  find(kid: string): Promise<TokenKey | undefined>
  /** What verifiers are told: every server's keys of today and tomorrow, and those that signed what may still be good. */
  published(): Promise<readonly TokenKey[]>
}

const ISSUER_BYTES = 8
const REREAD_MS = 1_000

export function makeTokenKeys(ports: TokenKeyPorts): TokenKeys {
  const { sql, clock } = ports
  let today: { readonly name: string; readonly own: Promise<OwnTokenKey> } | undefined
  let known = new Map<string, TokenKey>()
  let readAtMs = -Infinity
  let reading: Promise<void> | undefined

  const own = (): Promise<OwnTokenKey> => {
    const day = signingDayOf(clock.nowMs())
    if (today?.name === day.name) return today.own
    const opened = publishOwn(ports, day)
    today = { name: day.name, own: opened }
    // What failed is tried again by whoever asks next.
    opened.catch(() => {
      if (today?.own === opened) today = undefined
    })
    return opened
  }
  const read = async (): Promise<void> => {
    readAtMs = clock.monotonicMs()
    const keys = await sql.transaction('system', selectTokenKeys)
    known = new Map(keys.map((key) => [key.kid, key]))
  }
  const inForce = (key: TokenKey): boolean => clock.nowMs() < retirementMs(key)
  return {
    own,
    async find(kid) {
      if (!known.has(kid) && clock.monotonicMs() - readAtMs >= REREAD_MS) {
        reading ??= read().finally(() => {
          reading = undefined
        })
      }
      if (!known.has(kid) && reading !== undefined) await reading
      const key = known.get(kid)
      return key !== undefined && inForce(key) ? key : undefined
    },
    async published() {
      await own()
      return (await sql.transaction('system', selectTokenKeys)).filter(inForce)
    },
  }
}

async function publishOwn(ports: TokenKeyPorts, day: SigningDay): Promise<OwnTokenKey> {
  const days = [day, signingDayOf(day.signsUntilMs)]
  const opened = await Promise.all(days.map(({ name }) => ports.openTokenSigner(name)))
  return ports.sql.transaction('system', async (tx) => {
    await lockTokenKeys(tx)
    const [first] = await selectTokenKeys(tx)
    const issuer = first?.issuer ?? `urn:seaworthy:${hexOf(ports.random.bytes(ISSUER_BYTES))}`
    const keys = opened.map((signer, at) => keyOf(ports, days[at]!, signer, issuer))
    for (const key of keys) await insertTokenKey(tx, key)
    const retired = new Date(day.signsFromMs - (retirementMs(day) - day.signsUntilMs))
    await deleteRetiredTokenKeys(tx, retired.toISOString())
    return { key: keys[0]!, signer: opened[0]! }
  })
}

function keyOf(
  { digest }: TokenKeyPorts,
  { signsFromMs, signsUntilMs }: SigningDay,
  { publicKey }: Signer,
  issuer: string,
): TokenKey {
  const kid = base64UrlOf(digest.sha256(publicKey))
  return { kid, issuer, publicKey, signsFromMs, signsUntilMs }
}
