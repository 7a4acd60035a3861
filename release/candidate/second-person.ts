// Turns a kill switch off and wants it on again: whoever asked may not confirm it, somebody else may, once.
import { ask, expect, makeKey, mark, must, tell } from './asking.ts'

const [ada, ben] = [await makeKey('admin'), await makeKey('developer')]
const path = `/v1/switches/certify-${mark}`
const definition = { kind: 'kill-switch', boot: 'on', confirms: 'restore' }
await must('PUT', path, { definition, reason: 'certify' }, { key: ada.key })
await must('POST', `${path}/flips`, { word: { state: 'off' }, reason: 'certify' }, { key: ada.key })

const params = { name: `certify-${mark}`, word: { state: 'on' }, reason: 'certified' }
const straight = await ask('POST', `${path}/flips`, { word: params.word, reason: 'certified' }, ada)
expect(straight.status >= 400, 'it turns on again without a preview')
const { token } = await must<{ token: string }>(
  'POST',
  '/v1/actions/flag.flip/previews',
  { params },
  { key: ada.key },
)
const confirm = ({ key }: { key: string }) =>
  ask('POST', '/v1/action-tokens/confirm', { token }, { key })
const own = await confirm(ada)
expect(own.code === 'ACTION_SECOND_PERSON_NEEDED', `one hand is enough: ${own.status}`)
const second = await confirm(ben)
expect(second.status === 200, `the second person is refused: ${second.status} ${second.code ?? ''}`)
const used = await confirm(ben)
expect(used.code === 'ACTION_TOKEN_USED', `the token works twice: ${used.status}`)
const switches = await must<readonly { name: string; word: { state?: string } }[]>(
  'GET',
  '/v1/switches',
)
const now = switches.find(({ name }) => name === params.name)
expect(now?.word.state === 'on', 'what was confirmed is not so')
for (const { id } of [ada, ben])
  await must('POST', `/v1/api-keys/${id}/revocation`, { reason: 'certified' })
tell({ 'Refused to one hand': 2, 'Carried out by two': 1 })
