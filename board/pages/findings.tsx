// What the importer and the lint of code found in a checklist, in the order of its lines.
import type { ReactNode } from 'react'
import { Mark } from '../parts/mark.tsx'
import type { ImportedDocument } from '../plan-answers.ts'
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
        <ul className="findings">
          {findings.map((finding, at) => (
            <li key={at}>
              <Mark tone={LEVEL_TONES[finding.level]}>{finding.level}</Mark>{' '}
              <span className="figure soft">
                line {finding.line}, column {finding.column}
              </span>
              <p>{finding.message}</p>
              <p className="soft">
                {finding.fix} <code>{finding.rule}</code>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
