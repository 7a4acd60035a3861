// What the ledger tells that people want to hear, and how it is said; pure.
import { escapedLine } from './markup.ts'
import type { Notice } from './model.ts'

/** What will be, or is waited for; somebody has to look ahead for them. */
export const FORESEEN_EVENTS = [
  'waiver-ending',
  'evidence-ending',
  'go-ending',
  'sign-off-wanted',
] as const
export type ForeseenEvent = (typeof FORESEEN_EVENTS)[number]

export const RULE_EVENTS = [
  'decision-go',
  'decision-no-go',
  'run-finished',
  'run-failed',
  'gate-failed',
  'sign-off',
  'waiver-requested',
  'receiver-failing',
  ...FORESEEN_EVENTS,
] as const
export type RuleEvent = (typeof RULE_EVENTS)[number]

const GO: readonly string[] = ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO']
const FAILED: readonly string[] = ['FAIL', 'ERROR']
/** What a release is about when nobody says another. */
export const USUAL_ENVIRONMENT = 'production'
const SHOWN_GATES_COUNT = 20

/** A fact as rules look at it. */
export interface ToldFact {
  readonly type: string
  readonly subject: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Of a run that finished: each gate with its last status. */
  readonly gates?: readonly { readonly gate: string; readonly status: string }[]
}

export interface RuleNotice {
  readonly event: RuleEvent
  readonly notice: Notice
}

/** Nothing, one or two: a run that failed has finished as well. */
export function noticesOf(fact: ToldFact): readonly RuleNotice[] {
  const { type, subject, payload } = fact
  const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '')
  const place = placeOf(subject, text('environment'))
  switch (type) {
    case 'release.decided':
      return [decisionNotice(subject, place, text('verdict'), text('run'))]
    case 'gate.recorded':
      return FAILED.includes(text('status'))
        ? [gateNotice(place, text('gate'), text('status'), text('run'))]
        : []
    case 'run.finished':
      return runNotices(fact, place, text('run'))
    case 'sign-off.recorded': {
      const title = `${place}: ${text('role')} said ${text('decision')}`
      return [
        { event: 'sign-off', notice: plainNotice(title, `sign-off/${place}/${text('role')}`) },
      ]
    }
    case 'waiver.requested': {
      const title = `${subject}: a waiver is requested and wants a second person`
      const notice = { ...plainNotice(title, `waiver/${subject}`), urgency: 'warning' as const }
      return [{ event: 'waiver-requested', notice }]
    }
    case 'webhook.endpoint-disabled':
      // Who disabled it knows; that it disabled itself is news.
      return text('reason') === ''
        ? []
        : [receiverNotice(subject, 'disabled', `${text('host')} is disabled: ${text('reason')}`)]
    case 'webhook.endpoint-resting': {
      const says = `${text('host')} asked to be left alone until ${text('until')}`
      return [receiverNotice(subject, 'resting', says)]
    }
    case 'webhook.endpoint-failing':
    case 'notification.channel-failing': {
      const name = text('name') || text('host')
      const notice = plainNotice(`${name} takes nothing any more`, `receiver/${subject}`)
      return [{ event: 'receiver-failing', notice: { ...notice, urgency: 'warning' } }]
    }
    case 'notification.foreseen':
      return foreseenNotices(subject, text('event'), text('what'), text('atText'))
    default:
      return []
  }
}

/** Of a topic apart from its failing, whose quiet time must not swallow it. */
function receiverNotice(subject: string, what: string, title: string): RuleNotice {
  const notice = plainNotice(title, `receiver/${subject}/${what}`)
  return { event: 'receiver-failing', notice: { ...notice, urgency: 'warning' } }
}

function foreseenNotices(
  release: string,
  named: string,
  what: string,
  atText: string,
): readonly RuleNotice[] {
  const event = FORESEEN_EVENTS.find((each) => each === named)
  if (event === undefined) return []
  const says =
    event === 'sign-off-wanted' ? `a sign-off is wanted, ${what}` : `${what} ends at ${atText}`
  const notice = plainNotice(`${release}: ${says}`, `${event}/${release}/${what}`)
  return [{ event, notice: { ...notice, urgency: 'warning' } }]
}

function plainNotice(title: string, topic: string): Notice {
  return { title, text: '', fields: [], urgency: 'info', topic }
}

/** Where a release is spoken of. Facts of before environments were told apart say none, and are told as they were. */
function placeOf(release: string, environment: string): string {
  const isUsual = environment === '' || environment === USUAL_ENVIRONMENT
  return isUsual ? release : `${release} in ${environment}`
}

/** Of each environment by itself: a Go in staging closes no incident of production. */
function decisionNotice(release: string, what: string, verdict: string, run: string): RuleNotice {
  const isGo = GO.includes(verdict)
  return {
    event: isGo ? 'decision-go' : 'decision-no-go',
    notice: {
      ...plainNotice(`${what}: ${verdict}`, `decision/${what}`),
      fields: [
        { name: 'release', value: release },
        { name: 'verdict', value: verdict },
        { name: 'run', value: run },
      ],
      urgency: isGo ? 'info' : 'critical',
      ...(isGo ? { isResolved: true } : {}),
    },
  }
}

function gateNotice(what: string, gate: string, status: string, run: string): RuleNotice {
  return {
    event: 'gate-failed',
    notice: {
      ...plainNotice(`${what}: ${gate} is ${status}`, `gate/${what}/${gate}`),
      fields: [{ name: 'run', value: run }],
      urgency: 'warning',
    },
  }
}

function runNotices({ gates = [] }: ToldFact, what: string, run: string): readonly RuleNotice[] {
  const failed = gates.filter(({ status }) => FAILED.includes(status))
  const fields = [{ name: 'run', value: run }]
  const topic = `run/${what}`
  const count = `${failed.length} of ${gates.length} gates failed`
  const finished: RuleNotice = {
    event: 'run-finished',
    notice: {
      ...plainNotice(`${what}: the run is finished, ${count}`, `${topic}/${run}`),
      fields,
    },
  }
  if (failed.length === 0) return [finished]
  const lines = failed
    .slice(0, SHOWN_GATES_COUNT)
    .map(({ gate, status }) => `- ${escapedLine(gate)}: ${escapedLine(status)}`)
  const more = failed.length - lines.length
  const text = [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
  const notice = {
    ...plainNotice(`${what}: the run failed, ${count}`, topic),
    text,
    fields,
    urgency: 'warning' as const,
  }
  return [finished, { event: 'run-failed', notice }]
}

export function matchesSubject(pattern: string, subject: string): boolean {
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern
}
