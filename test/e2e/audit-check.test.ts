// The audit check against a real server, and against one that lies in every way the check is meant to find out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { bound, probeGate, serveTarget } from '../probe.ts'
import type { Probed } from '../probe.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

type Entry = Record<string, unknown>
interface Answer {
  data: Entry | Entry[]
}
/** Changes what a server answered to a path. */
type Lie = (path: string, answer: Answer, request: { readonly body: string }) => void

const place = openWorkplace()
let served: ServedFolder
let keys = { operator: '', viewer: '' }

before(async () => {
  served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const viewer = await place.ask<{ key: string }>(['api-key', 'create', 'viewer'])
  const operator = Buffer.from(secret, 'base64').toString('base64url')
  keys = { operator, viewer: viewer.data.key }
})
after(async () => {
  await served.stop()
  place.remove()
})

const EXPECTED = [
  bound('$.finding', 'eq', 'none'),
  bound('$.checkedCount', 'ge', 2),
  bound('$.provenCount', 'ge', 2),
  bound('$.leakedCount', 'eq', 0),
  bound('$.secretCount', 'ge', 4),
]

function certify(url: string, more: Readonly<Record<string, string>> = {}): Promise<Probed> {
  const values = {
    url,
    headers: 'authorization: Bearer $OPERATOR',
    refusedHeaders: 'authorization: Bearer $VIEWER',
    ...more,
  }
  const parameters = { OPERATOR: keys.operator, VIEWER: keys.viewer }
  return probeGate(
    'audit-log',
    values,
    EXPECTED,
    { parameters: ['OPERATOR', 'VIEWER'] },
    parameters,
  )
}

/** The served Seaworthy behind somebody who changes what it says. */
async function lieWith(t: TestContext, lie: Lie): Promise<Probed> {
  const { url } = await serveTarget(t, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = 'GET', headers } = request
      const body = Buffer.concat(parts).toString()
      const sent = new Headers()
      for (const name of ['authorization', 'content-type', 'x-request-id'])
        if (typeof headers[name] === 'string') sent.set(name, headers[name])
      const path = request.url ?? '/'
      const isRead = method === 'GET'
      fetch(new URL(path, served.url), { method, headers: sent, ...(isRead ? {} : { body }) })
        .then(async (answer) => {
          const said = (await answer.json()) as Answer
          if (answer.ok) lie(path, said, { body })
          response.writeHead(answer.status).end(JSON.stringify(said))
        })
        .catch((error: unknown) => response.writeHead(502).end(String(error)))
    })
  })
  return certify(url)
}

const listOf = ({ data }: Answer): Entry[] => data as Entry[]
const isAudit = (path: string): boolean => path.startsWith('/v1/audit')

test('the audit log of a server is certified, and the evidence holds no key', async () => {
  const { status, reason, record } = await certify(served.url)
  assert.equal(status, 'PASS', reason)
  assert.deepEqual(
    [record['checkedCount'], record['provenCount'], record['secretCount']],
    [2, 2, 4],
  )
  const [done, refused] = [record['done'] as Entry, record['refused'] as Entry]
  assert.deepEqual([done['actor'], done['result'], done['status']], ['operator', 'done', null])
  assert.match(String(refused['actor']), /^key-/)
  assert.deepEqual(
    [refused['result'], refused['status'], refused['code']],
    ['refused', 403, 'WEB_ROLE_REFUSED'],
  )
  const kept = JSON.stringify(record)
  assert.ok(!kept.includes(keys.operator) && !kept.includes(keys.viewer))
})

test('a log that leaves out, shows secrets, says otherwise than the ledger, or is rewritten is found out', async (t) => {
  const lies: readonly (readonly [RegExp, Lie])[] = [
    [
      /no entry of the refusal/,
      (path, answer) => {
        if (isAudit(path)) answer.data = listOf(answer).filter(({ result }) => result !== 'refused')
      },
    ],
    [
      /no entry of the change/,
      (path, answer) => {
        if (isAudit(path)) answer.data = []
      },
    ],
    [
      /shows 1 of 4 secrets/,
      (path, answer, { body }) => {
        canary = /"password":"([^"]+)"/.exec(body)?.[1] ?? canary
        if (isAudit(path)) listOf(answer)[0]!['fields'] = { 'body.password': canary }
      },
    ],
    [
      /another result than refused/,
      (path, answer) => {
        if (isAudit(path)) for (const entry of listOf(answer)) entry['result'] = 'done'
      },
    ],
    [
      /the ledger says otherwise than the entry of the change/,
      (path, answer) => {
        if (isAudit(path)) for (const entry of listOf(answer)) entry['actor'] = 'key-somebodyelse'
      },
    ],
    [
      /is not proven/,
      (path, answer) => {
        if (!path.startsWith('/v1/ledger/proofs/')) return
        const data = answer.data as Entry
        data['tlogProof'] = String(data['tlogProof']).replace(/^extra ..../m, 'extra AAAA')
      },
    ],
    [
      /no continuation of what it was before/,
      (path, answer) => {
        if (!path.startsWith('/v1/ledger/consistency')) return
        const data = answer.data as { proof: string[] }
        data.proof = data.proof.map(() => Buffer.alloc(32, 7).toString('base64'))
      },
    ],
  ]
  let canary = ''
  for (const [reason, lie] of lies) {
    const found = await lieWith(t, lie)
    assert.equal(found.status, 'FAIL', `${String(reason)}: ${found.reason}`)
    assert.match(`${found.reason} ${JSON.stringify(found.record['findings'])}`, reason)
  }
})

test('a server that lets the viewer in, keys that fit nobody, and another log’s key are no certificate', async () => {
  const open = await certify(served.url, { refusedHeaders: 'authorization: Bearer $OPERATOR' })
  assert.match(`${open.status} ${open.reason}`, /^ERROR .*expected a refusal of whoever may not/)
  const nobody = await certify(served.url, { headers: 'authorization: Bearer nobody' })
  assert.match(`${nobody.status} ${nobody.reason}`, /^ERROR .*got 401/)
  const logKey = 'other.example+c7f6e2d4+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh'
  const other = await certify(served.url, { logKey })
  assert.match(`${other.status} ${other.reason}`, /^ERROR /)
})
