// What the run command is asked for, from its options: subject, folder, author, and the pin over all that a token fixes.
import { base64Of, canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, LocalKey, OptionValues } from '../client/index.ts'
import type { PresentedPrincipal } from '../identity/index.ts'
import type { RecordedPlan, RunCall } from '../gates/index.ts'
import { releaseDigestOf, signerIdOf } from '../proof/index.ts'
import { askedParameters } from '../verdict/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { runnerFault } from './errors.ts'
import { listOption } from './parameters.ts'
import type { RunParameters } from './parameters.ts'
import { PARALLEL_LIMIT } from './schedule.ts'
import { agreedFolder } from './workspace.ts'

export function personIdOf(context: CommandContext, key: LocalKey): string {
  return signerIdOf({ digest: context.ports.digest, signer: key.signer })
}

/**
 * Who wrote the change: a registered person by id, or a local identity. A key that the control plane does not know yet is registered
 * without a role: a key that the person registers later is then one of theirs, and may not sign off either.
 */
export async function authorId(
  context: CommandContext,
  options: OptionValues,
): Promise<string | null> {
  const name = options['author']
  if (typeof name !== 'string') return null
  const people = await everyRow<PresentedPrincipal>(context.client, '/v1/principals')
  if (people.some(({ kind, id }) => kind === 'person' && id === name)) return name
  const key = await context.keys.open(name)
  const id = personIdOf(context, key)
  if (people.some((each) => each.id === id)) return id
  const publicKey = base64Of(key.signer.publicKey)
  const author = { kind: 'person', displayName: key.name, roles: [], publicKey }
  return (await context.client.call<PresentedPrincipal>('POST', '/v1/principals', author)).id
}

export function subjectOf(
  context: CommandContext,
  recorded: RecordedPlan,
  options: OptionValues,
): Subject {
  const { service, version, environment } = recorded.plan
  const artefacts = listOption(options, 'artefact').map(
    (text): readonly [string, ContentDigest] => {
      const at = text.lastIndexOf('=')
      const hex = text.slice(at + 1).replace(/^sha256:/, '')
      if (at < 1 || !/^[0-9a-f]{64}$/.test(hex)) {
        throw runnerFault(
          'RUNNER_OPTION_REFUSED',
          `expected NAME=SHA256, got ${JSON.stringify(text.slice(0, 200))}`,
        )
      }
      return [text.slice(0, at), `sha256:${hex}`]
    },
  )
  const release = releaseDigestOf(context.ports.digest, service, version, environment)
  const digests = artefacts.length === 0 ? { release } : Object.fromEntries(artefacts)
  return { service, version, environment, digests, ...commitOf(options) }
}

function commitOf(options: OptionValues): { readonly commit?: string } {
  const commit = options['commit']
  if (typeof commit !== 'string') return {}
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return { commit }
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected the full hash of a commit, got ${JSON.stringify(commit.slice(0, 100))}`,
  )
}

/** What a confirm token is for, besides the plan: the values, the folder and the subject of this run. */
export function pinOf(
  context: CommandContext,
  run: { readonly file: string; readonly subject: Subject; readonly parameters: ContentDigest },
  options: OptionValues,
): ContentDigest {
  const { file, subject, parameters } = run
  const workspace = agreedFolder(context, file, options)
  return contentDigest(
    context.ports.digest.sha256(canonicalBytes({ parameters, subject, workspace })),
  )
}

const PARALLEL_MAXIMUM = 64

export function parallelOf(options: OptionValues): number {
  const text = options['parallel']
  if (text === undefined) return PARALLEL_LIMIT
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= PARALLEL_MAXIMUM) return count
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected --parallel from 1 to ${PARALLEL_MAXIMUM}, got ${JSON.stringify(text)}`,
  )
}

/** Options of the run command that a token repeats; parameters are stored apart, secret ones by name alone. */
const REPEATED_OPTIONS = [
  'service',
  'releaseVersion',
  'environment',
  'artefact',
  'commit',
  'author',
  'workspace',
  'parallel',
  'user',
  'runner',
  'only',
  'from',
] as const

/** The command as a token carries it out again, from wherever it is confirmed. */
export function callOf(context: CommandContext, file: string, options: OptionValues): RunCall {
  const { files } = context
  const kept: Record<string, string | string[]> = {}
  for (const name of REPEATED_OPTIONS) {
    const value = options[name]
    if (typeof value === 'string') kept[name] = name === 'workspace' ? files.resolve(value) : value
    else if (Array.isArray(value) && value.length > 0)
      kept[name] = [...(value as readonly string[])]
  }
  return { file: file === '-' ? file : files.resolve(file), options: kept }
}

export function assertParametersTaken(plan: Plan, parameters: RunParameters): void {
  const taken = new Set(plan.gates.flatMap(askedParameters))
  const idle = Object.keys(parameters.shown).filter((name) => !taken.has(name))
  if (idle.length === 0) return
  const known = [...taken].sort().join(', ') || 'none'
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected parameters that a gate takes (${known}), got ${idle.join(', ')}`,
  )
}
