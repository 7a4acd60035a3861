// Certifies a small release on the candidate from file to verdict, follows it through the graph, and alters its bundle byte by byte.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseTrustText, verifyBundle } from '../../src/verify/index.ts'
import { nodeVerifyPorts } from '../../src/verify/node.ts'
import { candidateUrl, expect, mark, must, ownKey, tell } from './asking.ts'

const ALTERED_COUNT = 64
const SERVICE = `certify-${mark}`
const CHECKLIST = `---
service: ${SERVICE}
version: 1.0.0
environment: candidate
---

# ${SERVICE} 1.0.0

## Release

- [ ] **The program answers**

  \`\`\`bash
  echo "Answers: 1"
  \`\`\`

  - **Answers:** \`____\` (≥1)
  - **Result:** it answers ✅❌
`
const QUERY = `query Release($service: String!) {
  release(service: $service, version: "1.0.0") {
    verdict { value }
    gates(first: 10) { nodes { status evidence { digest } statement { digest entry { seq isCovered } } } }
  }
}`

interface Graph {
  readonly release: {
    readonly verdict: { readonly value: string } | null
    readonly gates: {
      readonly nodes: readonly {
        readonly status: string
        readonly evidence: readonly { readonly digest: string }[]
        readonly statement: { readonly entry: { readonly seq: number } | null } | null
      }[]
    }
  } | null
}

const program = fileURLToPath(new URL('../../bin/seaworthy.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-certify-'))

function command<Data>(...words: readonly string[]): Data {
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...words, '--json'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      SEAWORTHY_URL: candidateUrl.href,
      SEAWORTHY_KEY: ownKey,
      SEAWORTHY_DATA: join(folder, 'data'),
    },
  })
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { ok: boolean; data: Data }
  expect(told.ok, `${words[0] ?? ''}: ${stdout}${stderr}`)
  return told.data
}

try {
  writeFileSync(join(folder, 'checklist.md'), CHECKLIST)
  command('runner', 'enrol', SERVICE)
  command('run', 'checklist.md', '--runner', SERVICE)
  const { verdict: decided } = command<{ verdict: { value: string } }>('decide', `${SERVICE}@1.0.0`)
  const verdict = decided.value
  expect(verdict === 'GO', `the verdict is ${verdict}`)
  const { paths } = command<{ paths: { bundle: string; trust: string } }>(
    'bundle',
    `${SERVICE}@1.0.0`,
  )
  const { release } = await must<Graph>('POST', '/graphql', {
    query: QUERY,
    variables: { service: SERVICE },
  })
  const gates = release?.gates.nodes ?? []
  const linkedCount = gates.filter(
    ({ status, evidence, statement }) =>
      status === 'PASS' && evidence.length > 0 && typeof statement?.entry?.seq === 'number',
  ).length
  expect(release?.verdict?.value === verdict, 'the graph tells another verdict')

  const bundle = new Uint8Array(readFileSync(paths.bundle))
  const trust = parseTrustText(nodeVerifyPorts.digest, new Uint8Array(readFileSync(paths.trust)))
  expect(trust.ok, 'the trust file cannot be read')
  const verdictOf = async (bytes: Uint8Array): Promise<string> =>
    (await verifyBundle(bytes, { ports: nodeVerifyPorts, trust: trust.value })).verdict
  expect((await verdictOf(bundle)) === 'INTACT', `the bundle is ${await verdictOf(bundle)}`)
  let passedCount = 0
  for (let count = 0; count < ALTERED_COUNT; count += 1) {
    const altered = Uint8Array.from(bundle)
    const at = Math.floor(((count + 0.5) / ALTERED_COUNT) * bundle.length)
    altered[at] = altered[at]! ^ 1
    if ((await verdictOf(altered)) !== 'INVALID') passedCount += 1
  }
  tell({
    'Gates led back to entries': linkedCount,
    'Altered bundles': ALTERED_COUNT,
    'Altered and not refused': passedCount,
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
