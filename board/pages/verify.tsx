// Verifies a bundle in the browser: what was proven, what was not; nothing leaves the page, and nobody has to sign in.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FINDING_TITLES, parseTrustText, verifyBundle } from '../../src/verify/index.ts'
import type { TrustInput, VerifyReport } from '../../src/verify/index.ts'
import { browserVerifyPorts } from '../../src/verify/browser.ts'
import { bytesOfFile, DropZone, Taken } from '../parts/file.tsx'
import type { Given } from '../parts/file.tsx'
import { Mark, StatusMark, VerdictMark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { useTitle } from '../parts/state.tsx'
import { countOf } from '../words.ts'
import type { Tone } from '../words.ts'

export function VerifyPage(): ReactNode {
  useTitle('Verify a bundle')
  const [bundle, setBundle] = useState<Given>()
  const [trust, setTrust] = useState<Given>()
  const [report, setReport] = useState<VerifyReport>()
  const [problem, setProblem] = useState<string>()
  const check = async (
    nextBundle: Given | undefined,
    nextTrust: Given | undefined,
  ): Promise<void> => {
    setReport(undefined)
    setProblem(undefined)
    if (nextBundle === undefined) return
    const believed = nextTrust === undefined ? undefined : readTrust(nextTrust)
    if (typeof believed === 'string') return setProblem(believed)
    const options = {
      ports: browserVerifyPorts,
      ...(believed === undefined ? {} : { trust: believed }),
    }
    setReport(await verifyBundle(nextBundle.bytes, options))
  }
  const take = async (file: File, as: 'bundle' | 'trust'): Promise<void> => {
    const given = { name: file.name, bytes: await bytesOfFile(file) }
    const [nextBundle, nextTrust] = as === 'bundle' ? [given, trust] : [bundle, given]
    setBundle(nextBundle)
    setTrust(nextTrust)
    await check(nextBundle, nextTrust)
  }
  const fail = (thrown: unknown): void => setProblem(`The file cannot be read: ${String(thrown)}`)
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
          onFile={(file) => void take(file, 'bundle').catch(fail)}
        >
          <Taken given={bundle} />
        </DropZone>
        <DropZone
          title="Trust file (optional)"
          hint="A .trust.json, or a public key, from somewhere you believe. It says whose the bundle has to be."
          accept=".json,.pem,.txt"
          onFile={(file) => void take(file, 'trust').catch(fail)}
        >
          <Taken given={trust} />
        </DropZone>
      </div>
      <div aria-live="polite">
        {problem === undefined ? null : (
          <div className="state" role="alert">
            <h2>This cannot be used</h2>
            <p>{problem}</p>
          </div>
        )}
        {report === undefined ? null : <Report report={report} />}
      </div>
    </>
  )
}

function readTrust({ name, bytes }: Given): TrustInput | string {
  const parsed = parseTrustText(browserVerifyPorts.digest, bytes)
  return parsed.ok ? parsed.value : `${name} is no trust: ${parsed.reason}`
}

const HEADLINES: Readonly<
  Record<
    VerifyReport['verdict'],
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
  INVALID: { tone: 'stop', word: 'Invalid', text: 'This bundle proves nothing.' },
}

function Report({ report }: { readonly report: VerifyReport }): ReactNode {
  const { tone, word, text } = HEADLINES[report.verdict]
  const { checked, findings, decision } = report
  return (
    <article className="verified">
      <section className={`verdict-screen ${tone}`} aria-labelledby="verified">
        <div className="answer">
          <h2 id="verified">
            <Mark tone={tone}>{word}</Mark>
          </h2>
          <p>{text}</p>
          <p className="soft">
            Looked at: {countOf(checked.files, 'file')}, {countOf(checked.signatures, 'signature')},{' '}
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
