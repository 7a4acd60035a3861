// Fills a tenant with one release to look at: a checklist of two gates, one of them seen to hold, and the verdict that follows.
import type { Client } from '../client/index.ts'
import { canonicalBytes, contentDigest, utf8Bytes } from '../kernel/index.ts'
import { systemDigest } from '../platform/index.ts'

export const DEMO_TENANT = 'demo'
const RELEASE = { service: 'ferry', version: '1.0.0' }

const CHECKLIST = `# Ferry 1.0.0

- [ ] **The ledger of this tenant verifies**

  \`\`\`bash
  test -d .
  \`\`\`

- [ ] **The ferry answers**

  \`\`\`bash
  curl --fail --silent --show-error http://ferry.example/health
  \`\`\`
`

interface DemoPlan {
  readonly gates: readonly { readonly id: string }[]
}

/** @param client of the tenant's admin */
export async function fillDemoTenant(client: Client): Promise<void> {
  const checklist = utf8Bytes(CHECKLIST)
  const path = `name=ferry.md&environment=staging`
  const { plan } = await client.upload<{ plan: DemoPlan }>(
    'POST',
    `/v1/plan-drafts?${path}`,
    checklist,
  )
  const [ledgerGate, ...others] = plan.gates
  if (ledgerGate === undefined) throw new TypeError('expected the demo checklist to have gates')
  // The control plane decides the first gate by itself; the second one waits for a runner, and so does the release.
  const decided = {
    ...ledgerGate,
    check: { type: 'builtin', name: 'ledger-chain-verifies' },
    assertions: [{ read: { from: 'json', path: '$.ok' }, op: 'eq', value: true }],
  }
  const pinned = await client.upload<{ planHash: string }>(
    'POST',
    '/v1/plans?kind=plan&name=ferry.json',
    canonicalBytes({ ...plan, gates: [decided, ...others] }),
  )
  await client.call('POST', '/v1/releases', { ...RELEASE, author: null })
  const started = await client.call<{ run: { runId: string } }>('POST', '/v1/runs', {
    planHash: pinned.planHash,
    parameters: {},
    parametersDigest: contentDigest(systemDigest.sha256(canonicalBytes({}))),
    subject: {
      ...RELEASE,
      environment: 'staging',
      digests: { release: contentDigest(systemDigest.sha256(checklist)) },
    },
  })
  const run = `/v1/runs/${started.run.runId}`
  await client.call('POST', `${run}/built-in`, { gate: ledgerGate.id, attempt: 1 })
  await client.call('POST', `${run}/finish`)
  await client.call('POST', `/v1/releases/${RELEASE.service}/${RELEASE.version}/decisions`)
}
