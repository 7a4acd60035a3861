// The claims command: reads a report, holds it against itself and what is given beside it, answers people and machines.
import { EXIT, utf8Bytes } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import type { AuditReport } from './model.ts'
import { auditMarkdown } from './markdown.ts'
import { lookIntoLedger } from './ledger.ts'
import { LedgerIndex } from './ledger-match.ts'
import type { LedgerLook } from './ledger-match.ts'
import { renderAudit, renderLedger } from './rendering.ts'
import { lookIntoRepository } from './repository.ts'
import type { Asides } from './rule.ts'
import { auditSarif } from './sarif.ts'
import { readScene, refuseLargeScene } from './scene.ts'
import type { Scene } from './scene.ts'

/** Larger files are refused before they are read whole; the audit has a lower limit and says so. */
const REPORT_LIMIT_BYTES = 32 * 1024 * 1024

/** `data` of the envelope. */
export interface ClaimsAnswer extends AuditReport {
  /** Name of the file. */
  readonly report: string
  /** Set with --repo: how many files there are, and how many of those that the report names were decided. */
  readonly repository?: {
    readonly files: number
    readonly isCut: boolean
    readonly pointers: number
    /** Test reports that were read and have no doubts about their numbers. */
    readonly testReports: number
  }
  /** Set with --ledger: which release the report was held against, and what the newest decision says. */
  readonly ledger?: {
    readonly release: string
    readonly gates: number
    readonly decision: string | null
  }
}

/** Exit 30 when a finding of level error stands, else 0. */
export async function runClaims(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome & { readonly data: ClaimsAnswer }> {
  const path = args[0] ?? ''
  const name = context.files.baseName(path)
  const scene = await sceneOf(context, path)
  const checklist =
    typeof options['checklist'] === 'string'
      ? await sceneOf(context, options['checklist'], context.files.baseName(options['checklist']))
      : undefined
  const look =
    typeof options['repo'] === 'string'
      ? await lookIntoRepository(context.files, context.files.resolve(options['repo']), scene)
      : undefined
  const ledger = await ledgerOf(context, scene, options)
  const asides: Asides = {
    ...(checklist === undefined ? {} : { checklist }),
    ...(look === undefined ? {} : { files: look.files, tests: look.tests }),
    ...(look?.git === undefined ? {} : { git: look.git }),
    ...(look?.workflows === undefined ? {} : { workflows: look.workflows }),
    ...(ledger === undefined ? {} : { ledger: new LedgerIndex(ledger) }),
  }
  const report = auditScene(scene, asides)
  const write = async (option: string, text: string): Promise<void> => {
    const file = options[option]
    if (typeof file === 'string')
      await context.files.write(context.files.resolve(file), utf8Bytes(text))
  }
  const sarif = auditSarif(report, name, context.version)
  await write('sarif', `${JSON.stringify(sarif, null, 2)}\n`)
  await write('markdown', auditMarkdown(report, name))
  const repository =
    look === undefined
      ? {}
      : {
          repository: {
            files: look.fileCount,
            isCut: look.isCut,
            pointers: look.files.size,
            testReports: look.tests.length,
          },
        }
  return {
    exit: report.blocking.length > 0 ? EXIT.noGo : EXIT.ok,
    data: { report: name, ...report, ...repository, ...ledgerAnswer(ledger) },
    text: [...(ledger === undefined ? [] : [renderLedger(ledger)]), renderAudit(report, name)].join(
      '\n\n',
    ),
  }
}

async function ledgerOf(
  context: CommandContext,
  scene: Scene,
  { ledger, release }: OptionValues,
): Promise<LedgerLook | undefined> {
  if (typeof release === 'string') return lookIntoLedger(context, scene, release)
  return ledger === true ? lookIntoLedger(context, scene, undefined) : undefined
}

function ledgerAnswer(ledger: LedgerLook | undefined): Pick<ClaimsAnswer, 'ledger'> {
  if (ledger === undefined) return {}
  const { release, gates, decision } = ledger
  return { ledger: { release, gates: gates.length, decision: decision?.value ?? null } }
}

async function sceneOf(context: CommandContext, path: string, document?: string): Promise<Scene> {
  const bytes = await context.files.read(path, REPORT_LIMIT_BYTES)
  refuseLargeScene(bytes.length)
  return readScene(readDocumentBytes(bytes), document)
}
