// Verifies a bundle in the browser: what was proven, what was not; nothing leaves the page, and nobody has to sign in.
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import {
  FINDING_TITLES,
  headlineOfReport,
  parseTrustText,
  verifyBundle,
} from '../../src/verify/index.ts'
import type { TrustInput, VerifyReport } from '../../src/verify/index.ts'
import { browserVerifyPorts } from '../../src/verify/browser.ts'
import { bytesOfFile, DropZone, Taken } from '../parts/file.tsx'
import type { Given } from '../parts/file.tsx'
import { Mark, StatusMark, VerdictMark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { useTitle } from '../parts/state.tsx'
import { countOf } from '../words.ts'
import type { Tone } from '../words.ts'

type Slot = 'bundle' | 'trust'

/** What the files that are taken come to; of which bundle, it says itself. */
type Outcome =
  | { readonly kind: 'checking'; readonly name: string }
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'report'; readonly name: string; readonly report: VerifyReport }

interface Desk {
  readonly given: Readonly<Partial<Record<Slot, Given>>>
  readonly outcome: Outcome | undefined
  take(file: File, slot: Slot): void
}

/** Files are read and checked side by side; what comes late of an earlier file is dropped. */
function useDesk(): Desk {
  const [given, setGiven] = useState<Desk['given']>({})
  const [outcome, setOutcome] = useState<Outcome>()
  /** What holds at this moment, whatever was drawn last; turns count the files of each slot. */
  const now = useRef({ given, turns: { bundle: 0, trust: 0 }, checks: 0 })
  const put = (slot: Slot, next: Given | undefined): void => {
    const { [slot]: _, ...others } = now.current.given
    now.current.given = next === undefined ? others : { ...others, [slot]: next }
    setGiven(now.current.given)
  }
  const check = async (): Promise<void> => {
    const mine = ++now.current.checks
    const { bundle, trust } = now.current.given
    setOutcome(bundle === undefined ? undefined : { kind: 'checking', name: bundle.name })
    const next = await checkGiven(bundle, trust).catch((thrown: unknown): Outcome => ({
      kind: 'problem',
      text: `It could not be checked: ${String(thrown)}`,
    }))
    if (mine === now.current.checks) setOutcome(next)
  }
  const read = async (file: File, slot: Slot): Promise<void> => {
    const turn = ++now.current.turns[slot]
    const isLatest = (): boolean => turn === now.current.turns[slot]
    // A check that still goes on is one of the files before.
    now.current.checks++
    put(slot, undefined)
    setOutcome({ kind: 'checking', name: file.name })
    let bytes: Uint8Array
    try {
      bytes = await bytesOfFile(file)
    } catch (thrown) {
      const text = `${file.name} cannot be read: ${String(thrown)}`
      if (isLatest()) setOutcome({ kind: 'problem', text })
      return
    }
    if (!isLatest()) return
    put(slot, { name: file.name, bytes })
    await check()
  }
  return { given, outcome, take: (file, slot) => void read(file, slot) }
}

async function checkGiven(
  bundle: Given | undefined,
  trust: Given | undefined,
): Promise<Outcome | undefined> {
  const believed = trust === undefined ? undefined : readTrust(trust)
  if (typeof believed === 'string') return { kind: 'problem', text: believed }
  if (bundle === undefined) return undefined
  const options = {
    ports: browserVerifyPorts,
    ...(believed === undefined ? {} : { trust: believed }),
  }
  return { kind: 'report', name: bundle.name, report: await verifyBundle(bundle.bytes, options) }
}

export function VerifyPage(): ReactNode {
  useTitle('Verify a bundle')
  const { given, outcome, take } = useDesk()
  return (
    <>
      <h1>Verify a bundle</h1>
      <p className="lead">
        Everything is computed in this page: no request is made, and it works without a network once
        it is open. Every hash, signature, proof, status and the verdict itself are worked out
        again.
      </p>
      <div className="two">
        <DropZone
          title="Bundle"
          hint="A .bundle.tar, as the command bundle writes it."
          accept=".tar"
          onFile={(file) => take(file, 'bundle')}
        >
          <Taken given={given.bundle} />
        </DropZone>
        <DropZone
          title="Trust file (optional)"
          hint="A .trust.json, or a public key, from somewhere you believe. It says whose the bundle has to be."
          accept=".json,.pem,.txt"
          onFile={(file) => take(file, 'trust')}
        >
          <Taken given={given.trust} />
        </DropZone>
      </div>
      <div aria-live="polite">
        <OutcomeNote outcome={outcome} />
      </div>
    </>
  )
}

function OutcomeNote({ outcome }: Pick<Desk, 'outcome'>): ReactNode {
  if (outcome === undefined) return null
  if (outcome.kind === 'checking') return <p className="loading">Checking {outcome.name} …</p>
  if (outcome.kind === 'report') return <Report report={outcome.report} name={outcome.name} />
  return (
    <div className="state" role="alert">
      <h2>This cannot be used</h2>
      <p>{outcome.text}</p>
    </div>
  )
}

function readTrust({ name, bytes }: Given): TrustInput | string {
  const parsed = parseTrustText(browserVerifyPorts.digest, bytes)
  return parsed.ok ? parsed.value : `${name} is no trust: ${parsed.reason}`
}

const HEADLINES: Readonly<
  Record<
    ReturnType<typeof headlineOfReport>,
    { readonly tone: Tone; readonly word: string; readonly text: string }
  >
> = {
  INTACT: {
    tone: 'go',
    word: 'Intact',
    text: 'Nothing changed since it was sealed, and the signer is the one you trust.',
  },
  INTACT_SIGNER_UNKNOWN: {
    tone: 'wait',
    word: 'Intact, signer unknown',
    text: 'Nothing changed since it was sealed. Whose it is, only a trust file from somewhere you believe can show.',
  },
  INTACT_DECISION_INVALID: {
    tone: 'stop',
    word: 'Intact, decision invalid',
    text: 'Nothing changed since it was sealed, and what was decided is that nothing can be trusted: it lets nothing through.',
  },
  INVALID: { tone: 'stop', word: 'Invalid', text: 'This bundle proves nothing.' },
}

interface ReportTerms {
  readonly report: VerifyReport
  /** Of the file. */
  readonly name: string
}

function Report({ report, name }: ReportTerms): ReactNode {
  const { tone, word, text } = HEADLINES[headlineOfReport(report)]
  const { checked, findings, decision } = report
  return (
    <article className="verified">
      <section className={`verdict-screen ${tone}`} aria-labelledby="verified">
        <div className="answer">
          <h2 id="verified">
            <Mark tone={tone}>{word}</Mark>
          </h2>
          <p>{text}</p>
          {report.verdict === 'INTACT_SIGNER_UNKNOWN' && tone === 'stop' ? (
            <p>Whose it is, only a trust file from somewhere you believe can show.</p>
          ) : null}
          <p className="soft">
            Looked at <strong>{name}</strong>: {countOf(checked.files, 'file')},{' '}
            {countOf(checked.signatures, 'signature')},{' '}
            {countOf(checked.entries, 'ledger entry', 'ledger entries')} (payloads:{' '}
            {checked.commitments} intact, {checked.erased} erased, {checked.undisclosed} not
            disclosed), {countOf(checked.gates, 'gate')}, {countOf(checked.assertions, 'assertion')}
          </p>
          {report.signer === null ? null : (
            <p className="soft">
              Signed by the key <code>{report.signer}</code>
            </p>
          )}
        </div>
      </section>
      {findings.length === 0 ? null : (
        <section aria-labelledby="wrong">
          <h2 id="wrong">What is wrong ({findings.length})</h2>
          <ul className="findings">
            {findings.map(({ code, path, text: said }, at) => (
              <li key={at}>
                <strong>{FINDING_TITLES[code]}</strong>
                <p>{said}</p>
                <p className="code">
                  {code} {path ?? ''}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {decision === null ? null : <Decided decision={decision} />}
      <Lines title="What was proven" lines={report.proven} tone="go" />
      <Lines title="What was not proven" lines={report.notProven} tone="calm" />
    </article>
  )
}

function Decided({
  decision,
}: {
  readonly decision: NonNullable<VerifyReport['decision']>
}): ReactNode {
  const titles = new Map(decision.gates.map(({ gate, title }) => [gate, title]))
  return (
    <section aria-labelledby="decided">
      <h2 id="decided">
        {decision.service} {decision.version}: <VerdictMark value={decision.verdict} />
      </h2>
      <p className="soft">
        in {decision.environment}, decided <Moment at={decision.decidedAt} />
        {decision.expiresAt === undefined ? null : (
          <>
            , void from <Moment at={decision.expiresAt} />
          </>
        )}
        {decision.raw === decision.verdict ? '' : `; without waivers ${decision.raw}`}
      </p>
      {decision.reasons.length === 0 ? null : (
        <ul>
          {decision.reasons.map(({ rule, gate, text, flip }) => (
            <li key={rule + gate + text}>
              {gate === undefined ? '' : `${titles.get(gate) ?? gate}: `}
              {text}. <span className="soft">To flip it: {flip}</span>
            </li>
          ))}
        </ul>
      )}
      <ul className="gates plain">
        {decision.gates.map(({ gate, title, status }) => (
          <li key={gate}>
            <StatusMark status={status} />
            <span className="gate-title">{title}</span>
            <code className="gate-reason">{gate}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface LinesTerms {
  readonly title: string
  readonly lines: readonly string[]
  readonly tone: Tone
}

function Lines({ title, lines, tone }: LinesTerms): ReactNode {
  if (lines.length === 0) return null
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className="marked">
        {lines.map((line) => (
          <li key={line}>
            <Mark tone={tone}>{line}</Mark>
          </li>
        ))}
      </ul>
    </section>
  )
}
