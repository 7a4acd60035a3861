// Audits a report's claims in the browser: what its own text, or a checklist, says against them; nothing leaves the page.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { auditBytes } from '../../src/claims/browser.ts'
import type { AnnotatedAudit, NamedBytes } from '../../src/claims/browser.ts'
import { faultOf } from '../board-fault.ts'
import type { Fault } from '../board-fault.ts'
import { Command } from '../parts/copy.tsx'
import { bytesOfFile, DropZone, Taken } from '../parts/file.tsx'
import { Loading, useTitle } from '../parts/state.tsx'
import { ClaimsReport } from './claims-report.tsx'

interface Given {
  readonly report: NamedBytes | undefined
  readonly checklist: NamedBytes | undefined
}

interface Outcome {
  readonly audit?: AnnotatedAudit
  readonly fault?: Fault
}

export function ClaimsPage(): ReactNode {
  useTitle('Claims audit')
  const [given, give] = useState<Given>({ report: undefined, checklist: undefined })
  const [outcome, tell] = useState<Outcome>({})
  const [isReading, setReading] = useState(false)
  const take = async (file: File, as: keyof Given): Promise<void> => {
    setReading(true)
    tell({})
    const next = { ...given, [as]: { name: file.name, bytes: await bytesOfFile(file) } }
    give(next)
    await drawn()
    tell(auditOf(next))
    setReading(false)
  }
  const fail = (thrown: unknown): void => {
    setReading(false)
    tell({ fault: faultOf(thrown) })
  }
  return (
    <>
      <h1>Claims audit</h1>
      <p className="lead">
        A finished report is held against its own text, and against its checklist if you have it.
        The rules run in this page, the same as in <code>seaworthy claims</code>: no request is
        made, nothing leaves the page, and it works signed out.
      </p>
      <div className="two">
        <DropZone
          title="Report"
          hint="Markdown, as people wrote it."
          accept=".md,.markdown,.txt"
          onFile={(file) => void take(file, 'report').catch(fail)}
        >
          <Taken given={given.report} />
        </DropZone>
        <DropZone
          title="Checklist (optional)"
          hint="What the report says is done is looked for here as well."
          accept=".md,.markdown,.txt"
          onFile={(file) => void take(file, 'checklist').catch(fail)}
        >
          <Taken given={given.checklist} />
        </DropZone>
      </div>
      {isReading ? <Loading what="the report" /> : null}
      <div aria-live="polite">
        {outcome.fault === undefined ? null : <Unreadable fault={outcome.fault} />}
      </div>
      {outcome.audit === undefined || given.report === undefined ? (
        <Before />
      ) : (
        <ClaimsReport audit={outcome.audit} name={given.report.name} />
      )}
    </>
  )
}

/** The audit keeps the page busy, so what says that it is read is drawn before. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}

function auditOf({ report, checklist }: Given): Outcome {
  if (report === undefined) return {}
  try {
    return { audit: auditBytes(report, checklist) }
  } catch (thrown) {
    return { fault: faultOf(thrown) }
  }
}

function Unreadable({ fault }: { readonly fault: Fault }): ReactNode {
  return (
    <div className="state" role="alert">
      <h2>{fault.title}</h2>
      <p>{fault.text}</p>
      <p>{fault.hint}</p>
      <p className="code">{fault.code}</p>
    </div>
  )
}

function Before(): ReactNode {
  return (
    <section aria-labelledby="beyond">
      <h2 id="beyond">What this page cannot look at</h2>
      <p>
        Files, branches and test reports of a working copy, and the gates that the ledger has of the
        release, are held against the report where they lie:
      </p>
      <Command text="npx seaworthy claims REPORT.md --repo . --ledger" />
    </section>
  )
}
