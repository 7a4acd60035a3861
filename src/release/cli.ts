// The release commands: status, sign, reject, decide, report, bundle.
import { EXIT, utf8Bytes } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../proof/index.ts'
import { releaseFault } from './errors.ts'
import { fileStem, pathOf, renderPaths, writeDocuments, writeReports } from './files.ts'
import type { DecidedRelease, ReleaseReview } from './model.ts'
import { parseReleaseName } from '../gates/index.ts'
import type { ReleaseKey } from './store.ts'
import { renderStatus, renderVerdict } from './screen.ts'

export async function runStatus(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const review = await readReview(context, await chooseRelease(context, args[0]))
  const { plan, ...rest } = review
  return {
    exit: EXIT.ok,
    data: { ...rest, signOffRoles: plan.signOffs },
    text: renderStatus(review),
  }
}

export async function runSign(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0])
  return signRelease(context, release, options, 'APPROVE')
}

export async function runReject(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  return signRelease(context, await chooseRelease(context, args[0]), options, 'REJECT')
}

export async function runDecide(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0])
  const decided = await context.client.call<DecidedRelease & { exit: ExitCode }>(
    'POST',
    `${pathOf(release)}/decisions`,
    {},
  )
  const paths = await writeDocuments(context, release)
  const { exit, ...data } = decided
  const text = `${renderVerdict(decided.release, decided.verdict)}\n${renderPaths(paths)}`
  return { exit, data: { ...data, paths }, text }
}

export async function runReport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0])
  const folder = typeof options['out'] === 'string' ? options['out'] : undefined
  const kind = typeof options['kind'] === 'string' ? options['kind'] : undefined
  const paths = await writeReports(context, release, { folder, kind })
  return { exit: EXIT.ok, data: { paths }, text: renderPaths(paths) }
}

export async function runBundle(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0])
  const sealed = await context.client.call<{ bundle: string; sizeBytes: number; trust: string }>(
    'POST',
    `${pathOf(release)}/bundles`,
    {},
  )
  const bytes = await context.client.download(`/v1/evidence/${sealed.bundle}`)
  const paths = {
    bundle: context.files.resolve(
      context.files.outputFolder,
      `${fileStem(context.ports.digest, release)}.bundle.tar`,
    ),
    trust: context.files.resolve(
      context.files.outputFolder,
      `${fileStem(context.ports.digest, release)}.trust.json`,
    ),
  }
  await context.files.write(paths.bundle, bytes)
  await context.files.write(paths.trust, utf8Bytes(sealed.trust))
  const text = `${renderPaths(paths)}\nCheck it anywhere, offline: seaworthy verify ${paths.bundle} --trust ${paths.trust}`
  return { exit: EXIT.ok, data: { digest: sealed.bundle, sizeBytes: bytes.length, paths }, text }
}

async function signRelease(
  context: CommandContext,
  release: ReleaseKey,
  options: OptionValues,
  decision: 'APPROVE' | 'REJECT',
): Promise<CommandOutcome> {
  const review = await readReview(context, release)
  const { signer, name } = await context.keys.open(requireOption(options, 'as'))
  const { digest, clock } = context.ports
  const principal = `person-${keyIdOf(digest, signer.publicKey).slice(0, 16)}`
  const statement = buildStatement('sign-off', subjectsOf(review.subject), {
    release: review.release,
    run: review.runId,
    role: requireOption(options, 'role'),
    principal,
    decision,
    reviewHash: review.reviewHash,
    at: new Date(clock.nowMs()).toISOString(),
    comment: typeof options['comment'] === 'string' ? options['comment'] : '',
  })
  const sealed = await sealStatement(digest, signer, statement)
  const after = await context.client.upload<ReleaseReview>('POST', '/v1/sign-offs', sealed.bytes)
  const verb = decision === 'APPROVE' ? 'signed off' : 'rejected'
  return {
    exit: EXIT.ok,
    data: {
      statement: sealed.id,
      release: after.release,
      signOffs: after.signOffs,
      reviewHash: after.reviewHash,
    },
    text: `${name} ${verb} ${after.release} as ${requireOption(options, 'role')} over ${review.reviewHash}`,
  }
}

async function readReview(context: CommandContext, release: ReleaseKey): Promise<ReleaseReview> {
  return context.client.call<ReleaseReview>('GET', pathOf(release))
}

/** The named release, or that of the newest run. */
async function chooseRelease(
  context: CommandContext,
  name: string | undefined,
): Promise<ReleaseKey> {
  if (name !== undefined) return parseReleaseName(name)
  const runs = await context.client.call<readonly ReleaseKey[]>('GET', '/v1/runs')
  const newest = runs[0]
  if (newest === undefined)
    throw releaseFault('RELEASE_RUN_MISSING', 'expected a release with a run, found none')
  return { service: newest.service, version: newest.version }
}

function requireOption(options: OptionValues, name: string): string {
  const value = options[name]
  if (typeof value === 'string' && value !== '') return value
  throw releaseFault('RELEASE_OPTION_MISSING', `expected --${name}`)
}
