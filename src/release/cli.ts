// The release commands: status, sign, reject, decide, report, bundle.
import { bytesOfBase64, EXIT, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest, ExitCode } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../proof/index.ts'
import { releaseFault } from './errors.ts'
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
): Promise<CommandOutcome> {
  const paths = await writeDocuments(context, await chooseRelease(context, args[0]))
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

/** Writes filled checklist and report; used after a run too. @returns paths by name */
export async function writeDocuments(
  context: CommandContext,
  release: ReleaseKey,
): Promise<Readonly<Record<string, string>>> {
  const documents = await context.client.call<{
    filled: string | null
    reportMarkdown: string
    reportHtml: string
  }>('GET', `${pathOf(release)}/documents`)
  const pathFor = (suffix: string): string =>
    context.files.resolve(
      context.files.outputFolder,
      `${fileStem(context.ports.digest, release)}.${suffix}`,
    )
  const paths: Record<string, string> = {
    report: pathFor('report.md'),
    reportHtml: pathFor('report.html'),
  }
  await context.files.write(pathFor('report.md'), utf8Bytes(documents.reportMarkdown))
  await context.files.write(pathFor('report.html'), utf8Bytes(documents.reportHtml))
  if (documents.filled !== null) {
    paths['filled'] = pathFor('checklist.md')
    await context.files.write(paths['filled'], bytesOfBase64(documents.filled))
  }
  return paths
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

function pathOf(release: ReleaseKey): string {
  return `/v1/releases/${encodeURIComponent(release.service)}/${encodeURIComponent(release.version)}`
}

/** Safe as a file name on every system; a name that had to be changed carries a mark of what it was. */
export function fileStem(digest: Digest, release: ReleaseKey): string {
  const safe = (text: string): string =>
    text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
  const stem = `${safe(release.service) || 'release'}-${safe(release.version)}`
  if (stem === `${release.service}-${release.version}`) return stem
  const mark = hexOf(digest.sha256(utf8Bytes(JSON.stringify([release.service, release.version]))))
  return `${stem}-${mark.slice(0, 8)}`
}

function renderPaths(paths: Readonly<Record<string, string>>): string {
  return Object.entries(paths)
    .map(([name, path]) => `  ${name}: ${path}`)
    .join('\n')
}
