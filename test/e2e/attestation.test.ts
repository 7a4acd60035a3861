// "Artefact provenance verified": from the command line, and as a gate that is judged again offline.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { parse, stringify } from 'yaml'
import { IDENTITY, ISSUER, SigstoreWorld } from '../sigstore-world.ts'
import { openWorkplace } from './command-line.ts'

interface Proven {
  readonly isProven: boolean
  readonly attestations: readonly { readonly reasons: readonly string[] }[]
}

interface Answered {
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
  }[]
}

const CHECKLIST = [
  '# Release v1.2.0',
  '',
  '- [ ] Artefact provenance verified',
  '',
  '  ```bash',
  '  cosign verify-blob harbour.tgz',
  '  ```',
  '',
].join('\n')
const ARTEFACT = Buffer.from('the harbour, packed')

const place = openWorkplace()
after(() => place.remove())
const world = new SigstoreWorld()

test('a person sees what an attestation proves, and exit 40 with the reason when it does not', async () => {
  const artefact = place.write('harbour.tgz', ARTEFACT)
  const other = place.write('other.tgz', 'something else')
  const root = place.write('root.json', JSON.stringify(await world.trustedRoot()))
  const bundle = place.write(
    'harbour.json',
    JSON.stringify(await world.bundle({ artefact: ARTEFACT })),
  )
  const words = ['attestation', 'verify', bundle, '--trusted-root', root, '--issuer', ISSUER]
  const exact = [...words, '--identity', IDENTITY]
  const proven = await place.shell([...exact, '--artefact', artefact])
  assert.equal(proven.exit, 0, proven.stderr)
  assert.match(proven.stdout, /^PROVEN: 1 of 1 .*\n[^]*Not shown:/)
  const digest = await place.ask<Proven>([
    ...exact,
    '--digest',
    `sha256:${hash('sha256', ARTEFACT, 'hex')}`,
  ])
  assert.equal(digest.data.isProven, true)
  const wrong = await place.ask<Proven>([...exact, '--artefact', other])
  assert.equal(wrong.exit, 40)
  assert.match(wrong.data.attestations[0]?.reasons[0] ?? '', /about other artefacts/)
  const without = ['attestation', 'verify', bundle, '--issuer', ISSUER, '--identity', IDENTITY]
  const strange = await place.shell([...without, '--artefact', artefact])
  assert.equal(strange.exit, 40)
  assert.match(strange.stdout, /^NOT PROVEN[^]*carried with this program/)
  const refused = await place.refusal([...words, '--identity', '.*', '--artefact', artefact])
  assert.deepEqual([refused.exit, refused.code], [2, 'ATTESTATION_DEMAND_REFUSED'])
  const noBundle = await place.refusal([
    'attestation',
    'verify',
    root,
    ...exact.slice(3),
    '--artefact',
    artefact,
  ])
  assert.equal(noBundle.code, 'ATTESTATION_FILE_REFUSED')
})

test('the gate passes for the signer it names, fails for another, and errs without its file', async () => {
  place.write('work/harbour.tgz', ARTEFACT)
  place.write('work/root.json', JSON.stringify(await world.trustedRoot()))
  place.write('work/harbour.json', JSON.stringify(await world.bundle({ artefact: ARTEFACT })))
  const planFile = `${place.folder}/release.plan.yaml`
  await place.ask(['plan', place.write('RELEASE.md', CHECKLIST), '--out', planFile])
  const plan = parse(readFileSync(planFile, 'utf8')) as { gates: Record<string, unknown>[] }
  const gate = (id: string, more: object): object => provenanceGate(plan.gates[0], id, more)
  const gates = [
    gate('right', {}),
    gate('stranger', { identity: `${IDENTITY}-fork` }),
    gate('other-artefact', { artefact: 'root.json' }),
    gate('missing', { bundle: 'nothing.json' }),
    gate('pattern', { identity: '.*' }),
  ]
  const file = place.write('checked.plan.yaml', stringify({ ...plan, gates }))
  const run = ['run', file, '--workspace', `${place.folder}/work`]
  const asked = await place.ask<{ readonly confirm: { readonly token: string } | null }>([
    ...run,
    '--artefact',
    `harbour.tgz=${hash('sha256', ARTEFACT, 'hex')}`,
  ])
  assert.ok(asked.data.confirm !== null)
  const { data } = await place.ask<Answered>(['confirm', asked.data.confirm.token])
  assert.deepEqual(
    Object.fromEntries(data.results.map((each) => [each.gate, each.status])),
    {
      right: 'PASS',
      stranger: 'FAIL',
      'other-artefact': 'FAIL',
      missing: 'ERROR',
      pattern: 'ERROR',
    },
    JSON.stringify(data.results),
  )
  await place.ask(['decide'])
  // Its keys are made by the first who needs them.
  const logKey = `${place.dataFolder}/keys/system-log.pem`
  assert.equal(existsSync(logKey), false)
  const attested = await place.ask<{ readonly paths: Readonly<Record<string, string>> }>([
    'export',
    '--format',
    'vsa',
    '--sigstore',
    '--out',
    `${place.folder}/release.vsa.sigstore.json`,
  ])
  assert.equal(attested.exit, 0, attested.stdout)
  assert.equal(existsSync(logKey), true)
  const { paths } = attested.data
  assert.ok(paths['bundle'] && paths['publicKey'] && paths['trustedRoot'])
  const believed = ['--trusted-root', paths['trustedRoot'], '--key', paths['publicKey']]
  const look = async (file: string): Promise<number | null> =>
    (
      await place.ask([
        'attestation',
        'verify',
        paths['bundle'] ?? '',
        ...believed,
        '--artefact',
        `${place.folder}/work/${file}`,
        '--predicate-type',
        'https://slsa.dev/verification_summary/v1',
      ])
    ).exit
  assert.deepEqual([await look('harbour.tgz'), await look('root.json')], [0, 40])
  const sealed = await place.ask<{ readonly paths: Readonly<Record<string, string>> }>(['bundle'])
  const bundle = Object.values(sealed.data.paths).find((path) => path.endsWith('.tar'))
  const verified = await place.ask<{ readonly findings: readonly unknown[] }>([
    'verify',
    bundle ?? '',
  ])
  assert.deepEqual(verified.data.findings, [])
})

function provenanceGate(first: object | undefined, id: string, more: object): object {
  return {
    ...first,
    id,
    check: {
      type: 'builtin',
      name: 'attestation-provenance',
      on: 'runner',
      with: {
        bundle: 'harbour.json',
        artefact: 'harbour.tgz',
        trustedRoot: 'root.json',
        issuer: ISSUER,
        identity: IDENTITY,
        ...more,
      },
    },
    assertions: ['isProven', 'isOfRelease'].map((field) => ({
      read: { from: 'json', path: `$.${field}` },
      op: 'eq',
      value: true,
    })),
    effect: 'read',
    provenRead: false,
    needs: [],
  }
}
