// The checklist commands: import, lint, plan, plan review; and the built-in checks.
import { EXIT, harmlessText, nearestName, utf8Bytes } from '../kernel/index.ts'
import type { CheckDescription } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { readDocumentBytes } from '../document/index.ts'
import type { ImportedChecklist } from './imported.ts'
import { isRunnable } from './confirmation.ts'
import { formatPlanFile } from './plan-file.ts'
import { counted, renderChecks, renderImport, renderPlanSummary } from './screen.ts'
import type { RecordedPlan } from './service.ts'
import { explainRule, LINT_RULES, renderFindings, toSarif } from '../soundness/index.ts'
import { gatesFault } from './errors.ts'
import { sealPlanReview } from './signed-review.ts'
import { chooseFile, isPlanFile, uploadPlan } from './upload.ts'

/** Larger files are refused before they are read; the reader of documents has the same limit. */
const CHECKLIST_LIMIT_BYTES = 32 * 1024 * 1024

export async function runImport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues = {},
): Promise<CommandOutcome> {
  const imported = await importFile(context, chooseFile(context, args[0]), options)
  return { exit: EXIT.ok, data: imported.checklist, text: renderImport(imported.checklist) }
}

export async function runLint(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  if (typeof options['explain'] === 'string') return explain(options['explain'])
  const { checklist, bytes, name } = await importFile(
    context,
    chooseFile(context, args[0]),
    options,
  )
  if (typeof options['sarif'] === 'string') {
    const sarif = toSarif(checklist.findings, { documentName: name, toolVersion: context.version })
    await context.files.write(
      context.files.resolve(options['sarif']),
      utf8Bytes(`${JSON.stringify(sarif, null, 2)}\n`),
    )
  }
  const errors = checklist.findings.filter((finding) => finding.level === 'error').length
  const { blocks, gates } = checklist.counts
  const summary = `${counted(blocks, 'block')} in ${counted(gates, 'gate')} looked at: ${counted(checklist.findings.length, 'finding')}, ${errors} of level error`
  const hint =
    checklist.findings.length === 0 ? '' : '\nMore on a rule: seaworthy lint --explain RULE'
  return {
    exit: errors > 0 ? EXIT.noGo : EXIT.ok,
    data: { findings: checklist.findings, counts: checklist.counts },
    text: `${renderFindings(checklist.findings, readDocumentBytes(bytes).text)}${summary}${hint}`,
  }
}

function explain(rule: string): CommandOutcome {
  const text = explainRule(rule)
  if (text === undefined) {
    const names = LINT_RULES.map(({ id }) => id)
    const nearest = nearestName(rule, names)
    throw gatesFault(
      'GATES_RULE_UNKNOWN',
      `expected a lint rule, got ${JSON.stringify(rule)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    )
  }
  return { exit: EXIT.ok, data: { rule, text }, text }
}

export async function planChecklist(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const recorded = await uploadPlan(context, chooseFile(context, args[0]), options)
  const fallback = `${recorded.plan.service}-${recorded.plan.version}.plan.yaml`.replace(
    /[^A-Za-z0-9._-]+/g,
    '-',
  )
  const out =
    typeof options['out'] === 'string'
      ? context.files.resolve(options['out'])
      : context.files.resolve(context.files.outputFolder, fallback)
  if (options['force'] !== true && (await context.files.exists(out))) {
    throw gatesFault('GATES_PLAN_FILE_EXISTS', `expected a new file, ${out} exists already`)
  }
  await context.files.write(out, utf8Bytes(formatPlanFile(recorded.plan)))
  const text = `${renderPlanSummary(recorded)}\nRead and edit it, then review it: seaworthy plan review ${out} --as NAME`
  return {
    exit: EXIT.ok,
    data: { planHash: recorded.planHash, plan: recorded.plan, paths: { plan: out } },
    text,
  }
}

export async function runPlanReview(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const file = chooseFile(context, args[0])
  if (!isPlanFile(file)) {
    throw gatesFault(
      'GATES_PLAN_FILE_REFUSED',
      `expected a plan file (.yaml or .json), got ${file}; make one: seaworthy plan ${file}`,
    )
  }
  const recorded = await uploadPlan(context, file, { ...options, kind: 'plan' })
  const { signer, name } = await context.keys.open(
    typeof options['as'] === 'string' ? options['as'] : '',
  )
  const { digest, clock } = context.ports
  const sealed = await sealPlanReview({ digest, signer }, recorded, clock.nowMs())
  const reviewed = await context.client.upload<RecordedPlan>(
    'POST',
    '/v1/plan-reviews',
    sealed.bytes,
  )
  return {
    exit: EXIT.ok,
    data: { planHash: reviewed.planHash, reviewers: reviewed.reviewers, statement: sealed.id },
    text: `${name} reviewed the plan ${reviewed.planHash}. Its reads may run; anything else still asks.${onTheirWord(reviewed)}`,
  }
}

async function importFile(
  context: CommandContext,
  path: string,
  options: OptionValues,
): Promise<{ checklist: ImportedChecklist; bytes: Uint8Array; name: string }> {
  const bytes = await context.files.read(path, CHECKLIST_LIMIT_BYTES)
  const name = context.files.baseName(path)
  const query = new URLSearchParams({ name })
  if (typeof options['gates'] === 'string') query.set('gates', options['gates'])
  const checklist = await context.client.upload<ImportedChecklist>(
    'POST',
    `/v1/imports?${query.toString()}`,
    bytes,
  )
  return { checklist, bytes, name }
}

/** Gates that run because a person says that they only read: what the review really vouches for. */
function onTheirWord({ plan }: RecordedPlan): string {
  const vouched = plan.gates.filter(
    (gate) => isRunnable(gate) && gate.effect === 'read' && !gate.provenRead,
  )
  if (vouched.length === 0) return ''
  const listed = vouched.map((gate) => `  ${gate.id}`).join('\n')
  return `\nNot proven to only read, and now running on this review:\n${harmlessText(listed)}`
}

export async function runChecks(context: CommandContext): Promise<CommandOutcome> {
  const checks = await context.client.call<readonly CheckDescription[]>('GET', '/v1/checks')
  return { exit: EXIT.ok, data: { checks }, text: renderChecks(checks) }
}
