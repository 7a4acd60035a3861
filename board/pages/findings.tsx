// What the importer and the lint of code found in a checklist, in the order of its lines.
import { memo } from 'react'
import type { ReactNode } from 'react'
import { LongList } from '../parts/long-list.tsx'
import { Mark } from '../parts/mark.tsx'
import type { Finding, ImportedDocument } from '../plan-answers.ts'
import { LEVEL_TONES } from './import-line.tsx'

export function Findings({ document }: { readonly document: ImportedDocument }): ReactNode {
  const { findings } = document
  return (
    <section aria-labelledby="findings">
      <h3 id="findings">What the import and the lint say ({findings.length})</h3>
      {findings.length === 0 ? (
        <p className="soft">
          Nothing: no command here can exit 0 while its gate is false, as far as it can be read.
        </p>
      ) : (
        <LongList
          className="findings"
          rows={findings.map((finding, at) => ({
            id: `finding-${at + 1}`,
            text: `${finding.level} line ${finding.line} ${finding.message} ${finding.rule}`,
            whole: <FindingItem finding={finding} />,
          }))}
          pageRows={findings.length}
        />
      )}
    </section>
  )
}

const FindingItem = memo(({ finding }: { readonly finding: Finding }): ReactNode => (
  <>
    <Mark tone={LEVEL_TONES[finding.level]}>{finding.level}</Mark>{' '}
    <span className="figure soft">
      line {finding.line}, column {finding.column}
    </span>
    <p>{finding.message}</p>
    <p className="soft">
      {finding.fix} <code>{finding.rule}</code>
    </p>
  </>
))
