// Lies that a control plane may tell a runner which waits, and what the runner says of each.
import type { Answer, LyingPlane, Offered } from './lying-control-plane.ts'
import { aPerson, planOf } from './lying-control-plane.ts'
import { nodeDigest, testSigner } from './crypto.ts'
import { planHashOf } from '../src/verdict/index.ts'

const CLAIM = 'POST /v1/run-requests/ID/claim'
const START = 'POST /v1/run-requests/ID/start'
const CHUNK = Buffer.alloc(256 * 1024, ' ')

export interface Lie {
  readonly name: string
  tell(offered: Offered, plane: LyingPlane): void | Promise<void>
  /** What the runner says of it. */
  readonly refusal: RegExp
}

const declined = (words: string): RegExp => new RegExp(`RUNNER_REQUEST_DECLINED: ${words}`)
const pinned = declined('the plan it was given is not the one that is pinned')
const unreviewed = declined('none of the people whose review it believes')
const odd = (words: string): RegExp => new RegExp(`RUNNER_ANSWER_REFUSED: .*${words}`)

export function redirect(elsewhere: string, status: number): Answer {
  return (response) => {
    response.writeHead(status, { location: `${elsewhere}/stolen` })
    response.end('{"data":[]}')
  }
}

/** More than a runner reads, and never an end. */
const endless: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const more = (): void => {
    while (!response.destroyed && response.write(CHUNK));
  }
  response.on('drain', more)
  more()
}

/** Another plan, as if it were the reviewed one in all that names it. */
function swapPlan({ claimed, started }: Offered, { marker }: LyingPlane): void {
  const plan = planOf(`${marker} && pwd`)
  const planHash = planHashOf(nodeDigest, plan)
  Object.assign(claimed, { plan })
  Object.assign(claimed.request, { planHash })
  Object.assign(started, { plan })
  Object.assign(started.run, { planHash })
}

/** Those that end a look are followed by one that does not: after each of them the runner waits longer. */
export const LIES: readonly Lie[] = [
  {
    name: 'other commands under the reviewed hash',
    tell: ({ claimed }, { marker }) => void Object.assign(claimed, { plan: planOf(`${marker} #`) }),
    refusal: pinned,
  },
  { name: 'a plan that nobody reviewed', tell: swapPlan, refusal: unreviewed },
  {
    name: 'a redirect of the claim',
    tell: ({ answers }, { elsewhere }) => void answers.set(CLAIM, redirect(elsewhere, 307)),
    refusal: /CLIENT_ANSWER_FOREIGN: .*status 307/,
  },
  {
    name: 'a review of somebody whom the runner does not believe',
    async tell(offered, plane) {
      swapPlan(offered, plane)
      const mallory = aPerson()
      const statement = await plane.approve(mallory, String(offered.claimed.request['planHash']))
      offered.people.push(mallory.listed)
      Object.assign(offered.claimed, {
        reviews: [{ principal: mallory.id, statement: plane.keep(statement) }],
      })
    },
    refusal: unreviewed,
  },
  {
    name: 'offers without end',
    tell: ({ answers }) => void answers.set('GET offers', endless),
    refusal: /CLIENT_ANSWER_FOREIGN: .*more than 67108864 bytes/,
  },
  {
    name: 'another key under the name of the person it believes',
    async tell(offered, plane) {
      swapPlan(offered, plane)
      const signer = testSigner('ecdsa-p256-sha256')
      const forged = { ...aPerson('person', signer), id: plane.rita.id }
      const statement = await plane.approve(forged, String(offered.claimed.request['planHash']))
      offered.people = [{ ...forged.listed, id: plane.rita.id }]
      Object.assign(offered.claimed, {
        reviews: [{ principal: plane.rita.id, statement: plane.keep(statement) }],
      })
    },
    refusal: unreviewed,
  },
  {
    name: 'an offer that leads out of its path',
    tell: (offered) => void Object.assign(offered, { offers: ['../../v1/principals'] }),
    refusal: odd('offers'),
  },
  {
    name: 'the review of another plan',
    async tell(offered, plane) {
      const other = planHashOf(nodeDigest, planOf('elsewhere'))
      const statement = plane.keep(await plane.approve(plane.rita, other))
      swapPlan(offered, plane)
      Object.assign(offered.claimed, { reviews: [{ principal: plane.rita.id, statement }] })
    },
    refusal: unreviewed,
  },
  {
    name: 'another request than the one that was taken',
    tell: ({ claimed }) =>
      void Object.assign(claimed.request, { requestId: '0198c0de-0000-7000-8000-000000000000' }),
    refusal: odd('expected the request that was taken'),
  },
  {
    name: 'another environment',
    tell: ({ claimed }) => void Object.assign(claimed.request, { environment: 'production' }),
    refusal: declined('it takes no runs in production'),
  },
  {
    name: 'a page of somebody else',
    tell: ({ answers }) =>
      void answers.set(CLAIM, (response) => void response.end('<html>sign in</html>')),
    refusal: /CLIENT_ANSWER_FOREIGN/,
  },
  {
    name: 'another release than that of the plan',
    tell: ({ claimed }) => void Object.assign(claimed.request, { version: '2.0.0' }),
    refusal: declined('the request names another release'),
  },
  {
    name: 'a refusal that would end a command with 0',
    tell: ({ answers }) =>
      void answers.set(CLAIM, (response) => {
        response.writeHead(409, { 'content-type': 'application/problem+json' })
        const words = { title: 'a', detail: 'b', hint: 'c', code: 'DISPATCH_OK' }
        response.end(JSON.stringify({ ...words, exit: 0, retryable: false }))
      }),
    refusal: /CLIENT_ANSWER_FOREIGN: .*status 409/,
  },
  {
    name: 'a parameter that no gate takes',
    tell: ({ claimed }) =>
      void Object.assign(claimed.request['wish'] as object, { parameters: { BASH_ENV: '/x' } }),
    refusal: declined('no gate of the plan takes BASH_ENV'),
  },
  {
    name: 'a plan of an older format',
    tell: ({ claimed }) =>
      void Object.assign(claimed, {
        plan: { ...(claimed.plan as object), format: 'seaworthy-plan/0' },
      }),
    refusal: /VERDICT_[A-Z_]+: .*seaworthy-plan\/1/,
  },
  {
    name: 'reviews that are nothing',
    tell: ({ claimed }) => void Object.assign(claimed, { reviews: 'all of them' }),
    refusal: odd('the request that was taken: reviews'),
  },
  {
    name: 'a review under an older form of statement',
    async tell(offered, plane) {
      const bytes = await plane.approve(plane.rita, String(offered.claimed.request['planHash']))
      const old = Buffer.from(bytes).toString('utf8').replace('in-toto+json', 'in-toto')
      const statement = plane.keep(Buffer.from(old))
      Object.assign(offered.claimed, { reviews: [{ principal: plane.rita.id, statement }] })
    },
    refusal: unreviewed,
  },
  {
    name: 'another plan once it was taken',
    tell: ({ started }, { marker }) => void Object.assign(started, { plan: planOf(`${marker} #`) }),
    refusal: declined('the run it was given is of another plan'),
  },
  {
    name: 'other parameters once it was taken',
    tell: ({ started }) =>
      void Object.assign(started.run, {
        terms: { parameters: { A: 'b' }, confirmed: ['mark'] },
      }),
    refusal: declined('the run it was given has other parameters'),
  },
  {
    name: 'another subject once it was taken',
    tell: ({ started }) =>
      void Object.assign(started.run, {
        subject: { ...(started.run['subject'] as object), environment: 'production' },
      }),
    refusal: declined('the run it was given is about something else'),
  },
  {
    name: 'a gate that nobody confirmed',
    tell: ({ claimed }) => void Object.assign(claimed.request['wish'] as object, { confirmed: [] }),
    refusal: declined('nobody who asked has confirmed mark'),
  },
  {
    name: 'a run whose folder would be another one',
    tell: ({ started }) => void Object.assign(started.run, { runId: '../../outside' }),
    refusal: odd('the run that was started: run.runId'),
  },
  {
    name: 'a redirect of the start',
    tell: ({ answers }, { elsewhere }) => void answers.set(START, redirect(elsewhere, 302)),
    refusal: /CLIENT_ANSWER_FOREIGN: .*status 302/,
  },
]
