// Third part: the bundle is sealed, verified by a process that knows nothing of us, forged, and refused.
import { rmSync } from 'node:fs'
import { EXIT } from '../../kernel/index.ts'
import type { CommandContext } from '../../client/index.ts'
import { runBundle, writeDocuments } from '../../release/index.ts'
import { parseReleaseName } from '../../gates/index.ts'
import { appFault } from '../errors.ts'
import { verifySeparately, writeForgery } from './verification.ts'

/** Lines of a report shown; the command shows all. */
const LINES_SHOWN = 50

export async function showBundle(
  context: CommandContext,
  release: string,
  say: (text: string) => void,
): Promise<void> {
  say('\n3 of 3: one file that anybody can check\n')
  const sealed = await runBundle(context, [release], {})
  const { paths } = sealed.data as { paths: { bundle: string; trust: string } }
  say(`${sealed.text}\n\nVerified in a separate process without network, database or children:\n`)
  const intact = verifySeparately(paths.bundle, paths.trust)
  say(`${indent(intact.output)}\n  exit ${intact.exit}\n`)
  if (intact.exit !== EXIT.ok)
    throw appFault('APP_DEMO_FAILED', `expected the bundle to verify, got exit ${intact.exit}`)
  const forgedPath = `${paths.bundle}.forged`
  const at = writeForgery(paths.bundle, forgedPath)
  const forged = verifySeparately(forgedPath, paths.trust)
  rmSync(forgedPath)
  say(`\nOne bit changed at byte ${at}:\n${indent(forged.output)}\n  exit ${forged.exit}\n`)
  if (forged.exit !== EXIT.invalid)
    throw appFault('APP_DEMO_FAILED', `expected the forgery to be refused, got exit ${forged.exit}`)
  const documents = await writeDocuments(context, parseReleaseName(release))
  say(`\nWhat this made, in ${context.files.outputFolder}:\n`)
  for (const [name, path] of Object.entries({ ...documents, ...paths })) {
    say(`  ${name.padEnd(10)} ${context.files.baseName(path)}\n`)
  }
}

function indent(text: string): string {
  const lines = text.trimEnd().split('\n')
  const hidden = lines.length - LINES_SHOWN
  const shown = lines.slice(0, LINES_SHOWN).map((line) => `  ${line}`)
  return [...shown, ...(hidden > 0 ? [`  … ${hidden} more lines`] : [])].join('\n')
}
