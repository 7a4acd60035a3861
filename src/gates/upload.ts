// Sends a plan file or a checklist to the control plane, which pins it.
import { contentDigest } from '../kernel/index.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import { gatesFault } from './errors.ts'
import type { RecordedPlan } from './service.ts'

const PLAN_LIMIT_BYTES = 32 * 1024 * 1024

/** By its ending; a checklist may have any other. */
export function isPlanFile(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path)
}

/**
 * The file a command is about: named, or else the repository's own.
 * @throws GATES_FILE_UNNAMED
 */
export function chooseFile(context: CommandContext, named: string | undefined): string {
  const file = named ?? context.defaults.checklist
  if (file === undefined)
    throw gatesFault('GATES_FILE_UNNAMED', 'expected a file, got none and no seaworthy.yaml')
  return file
}

/**
 * Pins the plan in a file, or the one that is made from a checklist.
 * @throws GATES_SOURCE_CHANGED when the checklist beside a plan file is not the one the plan was made from
 */
export async function uploadPlan(
  context: CommandContext,
  path: string,
  options: OptionValues,
): Promise<RecordedPlan> {
  const { bytes, query, isPlan } = await readPlanFile(context, path, options)
  const recorded = await context.client.upload<RecordedPlan>('POST', `/v1/plans?${query}`, bytes)
  if (isPlan) await uploadSource(context, path, recorded)
  return recorded
}

/** The plan that would be pinned; nothing is stored. */
export async function draftPlan(
  context: CommandContext,
  path: string,
  options: OptionValues,
): Promise<RecordedPlan> {
  const { bytes, query } = await readPlanFile(context, path, options)
  return context.client.upload<RecordedPlan>('POST', `/v1/plan-drafts?${query}`, bytes)
}

async function readPlanFile(
  context: CommandContext,
  path: string,
  options: OptionValues,
): Promise<{ readonly bytes: Uint8Array; readonly query: string; readonly isPlan: boolean }> {
  const { files } = context
  const bytes = await files.read(path, PLAN_LIMIT_BYTES)
  const isPlan = options['kind'] === 'plan' || isPlanFile(path)
  const query = new URLSearchParams({
    name: files.baseName(path),
    kind: isPlan ? 'plan' : 'checklist',
  })
  // A plan file names its release itself; what the repository says is for checklists.
  const naming: readonly (readonly [string, string, string | undefined])[] = [
    ['service', 'service', isPlan ? undefined : context.defaults.service],
    ['version', 'releaseVersion', undefined],
    ['gates', 'gates', undefined],
    ['environment', 'environment', isPlan ? undefined : context.defaults.environment],
  ]
  for (const [key, option, otherwise] of naming) {
    const value = options[option] ?? otherwise
    if (typeof value === 'string') query.set(key, value)
  }
  return { bytes, query: query.toString(), isPlan }
}

// The checklist a plan was made from is looked for beside the plan, so that its filled copy can be written.
async function uploadSource(
  context: CommandContext,
  planPath: string,
  recorded: RecordedPlan,
): Promise<void> {
  const { files, client, ports } = context
  const { name, sha256 } = recorded.plan.source
  const path = files.resolve(files.folderOf(planPath), files.baseName(name))
  if (!(await files.exists(path))) return
  const bytes = await files.read(path, PLAN_LIMIT_BYTES)
  const actual = contentDigest(ports.digest.sha256(bytes))
  if (actual !== sha256) {
    throw gatesFault(
      'GATES_SOURCE_CHANGED',
      `expected ${name} with the digest ${sha256}, got ${actual}`,
    )
  }
  await client.upload('PUT', `/v1/evidence/${sha256}`, bytes)
}
