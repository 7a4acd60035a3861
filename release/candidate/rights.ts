// Tries what a role may not do, and what lies in another tenant, with keys that fit.
import { ask, expect, makeKey, mark, must, tell } from './asking.ts'

const [viewer, developer, admin] = [
  await makeKey('viewer'),
  await makeKey('developer'),
  await makeKey('admin'),
]
const other = await makeKey('admin', { 'x-seaworthy-tenant': `certify-${mark}` })

const note = { subject: mark, payload: 'of the first tenant' }
const wish = { name: 'more', role: 'admin' }
const refusals: readonly (readonly [string, string, string, unknown])[] = [
  [viewer.key, 'POST', '/v1/ledger/entries', note],
  [viewer.key, 'POST', '/v1/jobs', { kind: 'ledger.checkpoint' }],
  [viewer.key, 'GET', '/v1/audit', undefined],
  [developer.key, 'POST', '/v1/api-keys', wish],
  [developer.key, 'GET', '/v1/audit', undefined],
  [developer.key, 'POST', '/v1/webhooks', { url: 'https://hooks.example/' }],
]
for (const [key, method, path, body] of refusals) {
  const { status, code } = await ask(method, path, body, { key })
  expect(
    status === 403 && code === 'WEB_ROLE_REFUSED',
    `${method} ${path}: ${status} ${code ?? ''}`,
  )
}

await must('POST', '/v1/ledger/entries', note, { key: developer.key })
const seenBy = async (key: string, headers: Record<string, string> = {}): Promise<number> => {
  const path = `/v1/ledger/entries?subject=${mark}`
  const { status, data } = await ask<{ entries: readonly unknown[] }>('GET', path, undefined, {
    key,
    headers,
  })
  return status === 200 ? data.entries.length : 0
}
expect((await seenBy(viewer.key)) === 1, 'the note is not seen in its own tenant')
const first = { 'x-seaworthy-tenant': 'local' }
let hidden = 0
for (const headers of [{}, first]) {
  expect((await seenBy(other.key, headers)) === 0, 'another tenant sees the note')
  hidden += 1
}
for (const [method, path] of [
  ['POST', `/v1/api-keys/${viewer.id}/revocation`],
  ['POST', `/v1/api-keys/${viewer.id}/rotation`],
] as const) {
  const body = path.endsWith('revocation') ? { reason: 'not mine' } : {}
  const { status } = await ask(method, path, body, { key: other.key })
  expect(status === 404, `${method} ${path} of another tenant: ${status}`)
  hidden += 1
}
for (const { id } of [viewer, developer, admin])
  await must('POST', `/v1/api-keys/${id}/revocation`, { reason: 'certified' })
tell({ 'Refused by role': refusals.length, 'Hidden from another tenant': hidden })
