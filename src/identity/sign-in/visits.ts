// Where a browser goes to sign in and out: led to an issuer, back with its answer, and out again.
import { SeaworthyError } from '../../kernel/index.ts'
import type { Visit, VisitAnswer } from '../../web/index.ts'
import type { Sessions } from '../session/service.ts'
import { SESSION_LIMITS } from '../session/model.ts'
import { ATTEMPT_LIFETIME_MS } from './attempt.ts'
import type { SignIn } from './service.ts'

export interface SignInCookies {
  readonly session: string
  readonly attempt: string
}

const SECOND_MS = 1_000

/** A name that only this origin can set, and only over TLS; a page of plain HTTP on this machine has no such names. */
export function cookieNamesOf(ownOrigin: string): SignInCookies {
  const { protocol, port } = new URL(ownOrigin)
  // Cookies do not tell ports apart: two servers of one machine must not sign each other's people out.
  return protocol === 'https:'
    ? { session: '__Host-seaworthy-session', attempt: '__Host-seaworthy-sign-in' }
    : { session: `seaworthy-session-${port || '80'}`, attempt: `seaworthy-sign-in-${port || '80'}` }
}

export function makeSignInVisits(
  signIn: SignIn,
  sessions: Pick<Sessions, 'end'>,
  cookies: SignInCookies,
): readonly Visit[] {
  return [
    {
      method: 'GET',
      path: '/v1/sign-in/:issuer',
      summary: 'Lead a browser to an issuer to sign in',
      isOnOwnOrigin: true,
      async handle({ params, query }) {
        try {
          const { location, cookie } = await signIn.begin(params['issuer'] ?? '', {
            to: query.get('to') ?? undefined,
            tenant: query.get('tenant') ?? undefined,
            isFresh: query.get('fresh') === 'yes',
          })
          const maxAgeS = ATTEMPT_LIFETIME_MS / SECOND_MS
          return { location, cookies: [{ name: cookies.attempt, value: cookie, maxAgeS }] }
        } catch (thrown) {
          return leadBack(thrown, [])
        }
      },
    },
    {
      method: 'GET',
      path: '/v1/sign-in/:issuer/answer',
      summary: 'Take a browser back from an issuer, and sign it in',
      async handle({ params, search, cookie }) {
        const spent = { name: cookies.attempt, value: '', maxAgeS: 0 }
        try {
          const { begun, to } = await signIn.finish(params['issuer'] ?? '', {
            cookie: cookie(cookies.attempt),
            search,
            former: cookie(cookies.session),
          })
          const maxAgeS = SESSION_LIMITS.wholeMs / SECOND_MS
          return {
            location: to,
            cookies: [spent, { name: cookies.session, value: begun.secret, maxAgeS }],
          }
        } catch (thrown) {
          return leadBack(thrown, [spent])
        }
      },
    },
    {
      method: 'POST',
      path: '/v1/sign-out',
      summary: 'End the session of this browser',
      async handle({ cookie }) {
        const secret = cookie(cookies.session)
        if (secret !== undefined) await sessions.end(secret)
        return { data: null, cookies: [{ name: cookies.session, value: '', maxAgeS: 0 }] }
      },
    },
  ]
}

/** To the sign-in page, which has words for each code; nothing that an issuer said gets there. */
function leadBack(thrown: unknown, cookies: VisitAnswer['cookies']): VisitAnswer {
  if (!(thrown instanceof SeaworthyError)) throw thrown
  const { code, row } = thrown
  return { location: `/#refused=${code}`, cookies, refusal: { status: row.status, code } }
}
