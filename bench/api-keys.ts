// Times the verification of API keys and service tokens on the embedded database and prints markdown lines; writes nothing.
import { loadavg } from 'node:os'
import { makeApiKeys, makeServiceTokens } from '../src/identity/index.ts'
import { systemClock, systemDigest, systemRandom, systemSlowHash } from '../src/platform/index.ts'
import { testSigner } from '../test/crypto.ts'
import { openTestLedger } from '../test/ledger.ts'
import { openTestSql } from '../test/database.ts'
import { identitySlice } from '../src/identity/index.ts'

const KEY_COUNT = 60
const REMEMBERED_COUNT = 50_000
const TOKEN_COUNT = 5_000
const PEER = '192.0.2.7'

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!
}

const { migrations } = identitySlice
if (migrations === undefined) throw new Error('expected migrations')
const sql = await openTestSql([{ name: 'identity', migrations }])
const { ledger, tenantId } = await openTestLedger()
const ports = {
  sql,
  ledger,
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  slowHash: systemSlowHash,
}
const keys = makeApiKeys(ports)
const wish = { name: 'bench', role: 'developer', environments: null, lifetimeS: null } as const
const texts: string[] = []
for (let i = 0; i < KEY_COUNT; i++) texts.push((await keys.create(tenantId, 'operator', wish)).text)

const firsts: number[] = []
for (const text of texts) {
  const startedAtMs = performance.now()
  await keys.verify(text, PEER)
  firsts.push(performance.now() - startedAtMs)
}
const rememberedAtMs = performance.now()
for (let i = 0; i < REMEMBERED_COUNT; i++) await keys.verify(texts[i % KEY_COUNT]!, PEER)
const rememberedUs = ((performance.now() - rememberedAtMs) * 1_000) / REMEMBERED_COUNT

const signer = testSigner('ed25519')
const tokens = makeServiceTokens({
  ...ports,
  log: { warn: () => undefined },
  endedKeys: { read: () => Promise.resolve(new Set()), add: () => Promise.resolve() },
  openTokenSigner: () => Promise.resolve(signer),
  isKeyInForce: () => Promise.resolve(true),
})
const caller = { id: 'key-abcdefABCDEF', tenantId, credential: 'api-key', ...wish } as const
const { token } = await tokens.issue(caller, {})
const tokenAtMs = performance.now()
for (let i = 0; i < TOKEN_COUNT; i++) await tokens.verify(token)
const tokenUs = ((performance.now() - tokenAtMs) * 1_000) / TOKEN_COUNT

const load = loadavg()[0]!.toFixed(1)
const [p50, p95] = [0.5, 0.95].map((share) => percentile(firsts, share).toFixed(1))
process.stdout.write(
  [
    `| API key for the first time, ${KEY_COUNT} keys one after the other | p50 ${p50} ms, p95 ${p95} ms | load ${load} |`,
    `| the same, remembered (a question every two seconds included) | ${rememberedUs.toFixed(1)} µs | |`,
    `| service token, one key known | ${tokenUs.toFixed(0)} µs | |`,
    '',
  ].join('\n'),
)
