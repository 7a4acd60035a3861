// One report of a release, shown as the file it is: nothing in it may run, load or lead anywhere.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { ReleaseName } from '../api.ts'
import type { RenderedReport } from '../answers.ts'
import { useLive } from '../live.ts'
import { saveFile } from '../parts/file.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { addressOfRelease, Link } from '../routes.tsx'
import { REPORTS } from './report-kinds.ts'

interface ReportTerms {
  readonly release: ReleaseName
  readonly kind: string
}

export function ReportPage({ release, kind }: ReportTerms): ReactNode {
  const { service, version, environment } = release
  const name = REPORTS.find((each) => each.kind === kind)?.name ?? kind
  useTitle(`${name}, ${service} ${version}`)
  const report = useLive(`report ${service} ${version} ${environment ?? ''} ${kind}`, () =>
    api.report(release, kind),
  )
  return (
    <>
      <p className="crumb">
        <Link to="/">Releases</Link> /{' '}
        <Link to={addressOfRelease(release)}>
          {service} {version}
        </Link>{' '}
        / <span>reports</span>
      </p>
      <h1>{name}</h1>
      <Loaded live={report} what="the report">
        {(value) => <Rendered report={value} name={name} stem={`${service}-${version}.${kind}`} />}
      </Loaded>
    </>
  )
}

interface RenderedTerms {
  readonly report: RenderedReport
  readonly name: string
  readonly stem: string
}

function Rendered({ report, name, stem }: RenderedTerms): ReactNode {
  const address = useAddressOf(report.html)
  return (
    <>
      <p className="buttons">
        {report.isDecided ? null : (
          <span className="tag">provisional: no decision is recorded for this state</span>
        )}
        <button type="button" onClick={() => saveFile(`${stem}.html`, report.html, 'text/html')}>
          Download HTML
        </button>
        <button
          type="button"
          onClick={() => saveFile(`${stem}.md`, report.markdown, 'text/markdown')}
        >
          Download Markdown
        </button>
      </p>
      {address === undefined ? null : (
        <iframe className="report" sandbox="" src={address} title={name} />
      )}
    </>
  )
}

/** A report becomes a page by its bytes, never by writing markup into ours. */
function useAddressOf(html: string): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([html], { type: 'text/html; charset=utf-8' }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [html])
  return address
}
