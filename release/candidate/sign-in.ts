// Is the issuer that the candidate was started with: signs people in, replays and mixes up their answers, and sees sessions end.
import { CookieJar, openIssuer } from '../../test/issuer.ts'
import { ask, candidateUrl, expect, mark, must, tell } from './asking.ts'

const ISSUER_PORT = 7_497
const NAME = 'certify'

const redirectUri = `${candidateUrl.origin}/v1/sign-in/${NAME}/answer`
const endings: (() => unknown)[] = []
const issuer = await openIssuer(
  { after: (end: () => unknown) => void endings.push(end) },
  redirectUri,
  {
    port: ISSUER_PORT,
    isPublic: true,
  },
)
const person = { subject: `ann-${mark}`, email: `ann-${mark}@example.com`, name: 'Ann' }
issuer.person = person

/** What a browser of ours gets from one visit; cookies are kept. */
async function visit(path: string, browser: CookieJar): Promise<string> {
  const answer = await fetch(new URL(path, candidateUrl), {
    redirect: 'manual',
    headers: { cookie: browser.header() },
  })
  browser.keep(answer)
  expect(answer.status === 303, `${path.split('?')[0] ?? ''}: expected 303, got ${answer.status}`)
  return answer.headers.get('location') ?? ''
}

async function signIn(
  browser: CookieJar,
): Promise<{ readonly search: string; readonly location: string }> {
  const begun = await visit(`/v1/sign-in/${NAME}`, browser)
  const search = await issuer.signIn(begun)
  return { search, location: await visit(`/v1/sign-in/${NAME}/answer${search}`, browser) }
}

const asPage = (
  browser: CookieJar,
  site = 'same-origin',
): { key: string; headers: Record<string, string> } => ({
  key: '',
  headers: { cookie: browser.header(), 'sec-fetch-site': site },
})
let refusedCount = 0
function isRefused(location: string, what: string): void {
  expect(/^\/#refused=[A-Z_]+$/.test(location), `${what}: led to ${location}`)
  refusedCount += 1
}

try {
  isRefused((await signIn(new CookieJar())).location, 'somebody whom nobody invited')
  const { id } = await must<{ id: string }>('POST', '/v1/accounts', {
    issuer: NAME,
    email: person.email,
    role: 'developer',
  })
  const browser = new CookieJar()
  const { search, location } = await signIn(browser)
  expect(!location.includes('refused'), `the invited person is led to ${location}`)
  const who = await must<{ id: string }>('GET', '/v1/session', undefined, asPage(browser))
  expect(who.id === id, `the session is of ${who.id}`)

  const note = { subject: mark, payload: 'of somebody signed in' }
  await must('POST', '/v1/ledger/entries', note, asPage(browser))
  const foreign = await ask('POST', '/v1/ledger/entries', note, asPage(browser, 'cross-site'))
  expect(
    foreign.status === 403,
    `a page of another site writes with the session: ${foreign.status}`,
  )
  const more = await ask('POST', '/v1/api-keys', { name: mark, role: 'admin' }, asPage(browser))
  expect(more.status === 403, `a developer makes keys: ${more.status}`)
  refusedCount += 2

  isRefused(
    await visit(`/v1/sign-in/${NAME}/answer${search}`, new CookieJar()),
    'an answer in another browser',
  )
  const twice = new CookieJar()
  await visit(`/v1/sign-in/${NAME}`, twice)
  isRefused(
    await visit(`/v1/sign-in/${NAME}/answer${search}`, twice),
    'an answer to another question',
  )

  const seen = asPage(browser)
  await must('POST', '/v1/sign-out', undefined, seen)
  const after = await ask('GET', '/v1/session', undefined, seen)
  expect(after.status === 401, `the session that was signed out opens: ${after.status}`)
  const again = new CookieJar()
  await signIn(again)
  await must('POST', `/v1/accounts/${id}/removal`, { reason: 'certified' })
  const removed = await ask('GET', '/v1/session', undefined, asPage(again))
  expect(removed.status === 401, `the session of somebody removed opens: ${removed.status}`)
  isRefused((await signIn(new CookieJar())).location, 'somebody who was removed')
  tell({ 'Signed in': 2, Refused: refusedCount, 'Sessions ended': 2 })
} finally {
  for (const end of endings) await end()
}
