// What we sign as Sigstore bundles: the stock library takes them with its default thresholds, and refuses altered ones.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { bundleFromJSON } from '@sigstore/bundle'
import { PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { base64Of, bytesOfBase64, utf8Bytes } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import { sealStatement } from '../proof/index.ts'
import { fakeClock } from '../../test/clock.ts'
import { nodeDigest, nodeRandom, testSigner, testSystemLogSigners } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { memoryGuard, TEST_NOW_MS } from '../../test/ledger.ts'
import type { Loose } from '../../test/sigstore-world.ts'
import { artefactOfDigest } from './artefact.ts'
import { demandOf } from './demand.ts'
import { attestationSlice, makeSystemLog, openOwnEnvelope } from './index.ts'
import type { SystemLog, SystemLogPorts, TenantRoot } from './index.ts'
import { readTrustedRoots } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const signer = testSigner('ecdsa-p256-sha256')
const ARTEFACT = 'ab'.repeat(32)

interface TestLog {
  readonly sql: Sql
  readonly ports: SystemLogPorts
  readonly log: SystemLog
  /** A bundle about one more statement, as JSON that was read again. */
  attest(name?: string): Promise<Loose>
}

async function openLog(): Promise<TestLog> {
  const sql = await openTestSql([{ name: 'attestation', migrations: attestationSlice.migrations! }])
  const ports: SystemLogPorts = {
    sql,
    clock: fakeClock(TEST_NOW_MS),
    digest: nodeDigest,
    random: nodeRandom,
    guard: memoryGuard(),
    origin: `ships.example/${randomUUID()}`,
    openSigners: testSystemLogSigners(),
  }
  const log = makeSystemLog(ports)
  const attest = async (name = randomUUID()): Promise<Loose> => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name, digest: { sha256: ARTEFACT } }],
      predicateType: 'https://ships.example/launch/v1',
      predicate: {},
    }
    const { bytes } = await sealStatement(nodeDigest, signer, statement)
    const own = openOwnEnvelope(nodeDigest, bytes, signer.publicKey)
    return JSON.parse(JSON.stringify(await log.attest(own))) as Loose
  }
  return { sql, ports, log, attest }
}

function rootOf(day: number): TenantRoot {
  return { origin: 'ships.example/quay', size: day + 1, root: 'AA==', day: `day ${day}` }
}

async function behindItsBack(sql: Sql, change: string, { origin }: SystemLogPorts): Promise<void> {
  await sql.transaction('system', async (tx) => {
    await tx.query('alter table attestation_entry disable trigger attestation_entry_frozen')
    await tx.query(change, [origin])
    await tx.query('alter table attestation_entry enable trigger attestation_entry_frozen')
  })
}

/** The same database, telling how many rows each query answered. */
function countRows(sql: Sql, onRows: (count: number) => void): Sql {
  return {
    ...sql,
    transaction: (scope, work, terms) =>
      sql.transaction(
        scope,
        (tx) =>
          work({
            ...tx,
            query: async (text, values) => {
              const rows = await tx.query(text, values)
              onRows(rows.length)
              return rows as never
            },
          }),
        terms,
      ),
  }
}

/** As any user of the library would, with everything at its default. @throws what the library does */
async function verifyAsStranger(log: SystemLog, json: Loose): Promise<void> {
  const bundle = bundleFromJSON(json)
  const { hint } = json['verificationMaterial'].publicKey as { hint: string }
  const rawBytes = Buffer.from(signer.publicKey)
  const keys = { [hint]: { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256 } }
  const root = TrustedRoot.fromJSON(JSON.parse(JSON.stringify(await log.describeTrust())))
  new Verifier(toTrustMaterial(root, keys)).verify(toSignedEntity(bundle))
}

test('the stock library takes a bundle of ours with its default thresholds, at every size of the log', async () => {
  const { log, attest } = await openLog()
  const bundles: Loose[] = []
  for (let count = 1; count <= 9; count++) {
    bundles.push(await attest())
    for (const bundle of bundles) await verifyAsStranger(log, bundle)
  }
  const { inclusionProof } = bundles[8]!['verificationMaterial'].tlogEntries[0] as Loose
  assert.deepEqual([inclusionProof['logIndex'], inclusionProof['treeSize']], ['8', '9'])
})

test('a changed byte in any part of a bundle of ours is refused by the stock library', async () => {
  const { log, attest } = await openLog()
  await attest()
  const bundle = await attest()
  const { tlogEntries, timestampVerificationData } = bundle['verificationMaterial'] as Loose
  const { inclusionProof } = tlogEntries[0] as Loose
  const envelope = bundle['dsseEnvelope'] as Loose
  const places: readonly (readonly [Loose, string])[] = [
    [envelope, 'payload'],
    [envelope['signatures'][0], 'sig'],
    [tlogEntries[0], 'canonicalizedBody'],
    [tlogEntries[0].logId, 'keyId'],
    [inclusionProof['hashes'], '0'],
    [timestampVerificationData.rfc3161Timestamps[0], 'signedTimestamp'],
  ]
  for (const [holder, key] of places) {
    const text = holder[key] as string
    const { length } = bytesOfBase64(text)
    // The stamp also carries certificates, which nobody who has the trusted root reads.
    const middle =
      key === 'signedTimestamp' ? [100, 150] : [Math.floor(length / 3), Math.floor(length / 2)]
    for (const at of [...middle, length - 1]) {
      const changed = bytesOfBase64(text)
      changed[at]! ^= 1
      holder[key] = base64Of(changed)
      await assert.rejects(verifyAsStranger(log, bundle), `${key} at ${at}`)
    }
    holder[key] = text
  }
  const note = inclusionProof['checkpoint'].envelope as string
  for (const changed of [note.replace('\n2\n', '\n3\n'), note.replace('ships', 'chips')]) {
    inclusionProof['checkpoint'].envelope = changed
    await assert.rejects(verifyAsStranger(log, bundle))
  }
  inclusionProof['checkpoint'].envelope = note
  await verifyAsStranger(log, bundle)
})

test('our own command believes such a bundle with its key and its trusted root, and nobody else’s', async () => {
  const { log, attest } = await openLog()
  const bundle = await attest()
  const look = async (key: Uint8Array, hex = ARTEFACT): Promise<boolean> => {
    const root = utf8Bytes(JSON.stringify(await log.describeTrust()))
    const report = await verifyAttestations({
      bundles: [bundle],
      artefact: artefactOfDigest(`sha256:${hex}`),
      demand: demandOf({ key: utf8Bytes(base64Of(key)) }),
      trustedRoots: readTrustedRoots('root', root),
    })
    return report.isProven
  }
  assert.equal(await look(signer.publicKey), true)
  assert.equal(await look(testSigner('ecdsa-p256-sha256').publicKey), false)
  assert.equal(await look(signer.publicKey, 'cd'.repeat(32)), false)
})

test('the same envelope has one entry, also when it is logged by many at once', async () => {
  const { ports, log } = await openLog()
  const { bytes } = await sealStatement(nodeDigest, signer, { once: true })
  const own = openOwnEnvelope(nodeDigest, bytes, signer.publicKey)
  // A second server of the same keys, which opens its parts at the same time.
  const second = makeSystemLog(ports)
  const bundles = await Promise.all([log, second, log, second].map((each) => each.attest(own)))
  const places = bundles.map(
    (each) => (each as Loose)['verificationMaterial'].tlogEntries[0].logIndex as string,
  )
  assert.deepEqual(places, ['0', '0', '0', '0'])
  for (const bundle of bundles) await verifyAsStranger(log, JSON.parse(JSON.stringify(bundle)))
})

test('a log that was cut, or whose entry was changed behind its back, is signed no more', async () => {
  for (const change of [
    'delete from attestation_entry where origin = $1 and seq = 2',
    "update attestation_entry set leaf_hash = sha256('x') where origin = $1 and seq = 1",
  ]) {
    const { sql, ports, attest } = await openLog()
    for (let count = 0; count < 3; count++) await attest()
    const direct = sql.transaction('system', (tx) => tx.query(change, [ports.origin]))
    await assert.rejects(direct, /system log only grows/)
    await behindItsBack(sql, change, ports)
    // Read from its first entry on by each process that begins.
    const begun = makeSystemLog(ports)
    await assert.rejects(begun.recordRoot(rootOf(0)), { code: 'ATTESTATION_LOG_CHANGED' })
  }
})

test('a log that ends before what was signed of it is signed no more', async () => {
  const { sql, ports, attest } = await openLog()
  for (let count = 0; count < 3; count++) await attest()
  await behindItsBack(sql, 'delete from attestation_entry where origin = $1 and seq = 2', ports)
  await assert.rejects(attest(), { code: 'ATTESTATION_LOG_CHANGED' })
})

test('a changed entry is not proven, and neither it nor a changed hash of others gets into what is signed', async () => {
  const { sql, ports, log, attest } = await openLog()
  for (let day = 0; day < 4; day++) await log.recordRoot(rootOf(day))
  await attest()
  const leaf = "update attestation_entry set leaf_hash = sha256('x') where origin = $1 and seq = 1"
  await behindItsBack(sql, leaf, ports)
  assert.equal(await log.proveRoot(rootOf(1)), undefined)
  await assert.rejects(log.proveRoot(rootOf(0)), { code: 'ATTESTATION_LOG_CHANGED' })
  // Entries 0 to 3 as they were signed: nobody can tell a new bundle from one of a log that was left alone.
  await verifyAsStranger(log, await attest())
  const node = "update attestation_node set hash = sha256('y') where origin = $1 and level = 2"
  await behindItsBack(sql, node, ports)
  await assert.rejects(attest(), { code: 'ATTESTATION_LOG_CHANGED' })
})

test('what a signature reads grows with the height of the log, not with its entries', async () => {
  const { ports, log, attest } = await openLog()
  const read: number[] = []
  for (const until of [60, 250]) {
    for (let day = until === 60 ? 0 : 61; day < until; day++) await log.recordRoot(rootOf(day))
    await attest()
    let rows = 0
    const counting = countRows(ports.sql, (count) => (rows += count))
    const second = makeSystemLog({ ...ports, sql: counting })
    await second.describeTrust()
    rows = 0
    const { bytes } = await sealStatement(nodeDigest, signer, { until })
    await second.attest(openOwnEnvelope(nodeDigest, bytes, signer.publicKey))
    read.push(rows)
  }
  assert.ok(
    read.every((rows) => rows > 5 && rows < 40),
    `rows read: ${read.join(', ')}`,
  )
})

test('a log is never continued under another key', async () => {
  const { ports, attest } = await openLog()
  await attest()
  const changed = makeSystemLog({ ...ports, openSigners: testSystemLogSigners() })
  await assert.rejects(changed.describeTrust(), { code: 'ATTESTATION_LOG_CHANGED' })
})
