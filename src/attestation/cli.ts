// The commands of attestations: a stranger's are verified without a network, the root of a day of our ledger is proven to be logged.
import { EXIT, harmlessLine, utf8Bytes } from '../kernel/index.ts'
import { shellWordOf } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { ARTEFACT_LIMIT_BYTES, artefactOf, artefactOfDigest } from './artefact.ts'
import { demandOf, KEY_FILE_LIMIT_BYTES } from './demand.ts'
import { attestationFault } from './errors.ts'
import { ATTESTATION_FILE_LIMIT_BYTES, readAttestations } from './file.ts'
import type { AttestedArtefact, TrustedRoots } from './model.ts'
import { renderAttestations } from './rendering.ts'
import { openCarriedRoots, readTrustedRoots, TRUSTED_ROOT_LIMIT_BYTES } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

export async function runAttestationVerify(
  { files }: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const keyFile = text('key')
  const demand = demandOf({
    issuer: text('issuer'),
    identity: text('identity'),
    source: text('source'),
    predicateType: text('predicateType'),
    key: keyFile === undefined ? undefined : await files.read(keyFile, KEY_FILE_LIMIT_BYTES),
  })
  const artefactName = text('artefact') ?? text('digest') ?? ''
  const artefact = await openArtefact(files, text('artefact'), text('digest'))
  const bundles = readAttestations(await files.read(args[0] ?? '-', ATTESTATION_FILE_LIMIT_BYTES))
  const trustedRoots = await openRoots(files, text('trustedRoot'))
  const report = await verifyAttestations({ bundles, artefact, demand, trustedRoots })
  return {
    exit: report.isProven ? EXIT.ok : EXIT.invalid,
    data: report,
    text: renderAttestations(report, artefactName),
  }
}

export async function runProveDay(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const day = args[0] ?? ''
  const path = `/v1/system-log/days/${encodeURIComponent(day)}`
  const proven = await context.client.call<{ tlogProof: string; noteKey: string }>('GET', path)
  const { out } = options
  if (typeof out !== 'string') return { exit: EXIT.ok, data: proven, text: proven.tlogProof }
  const file = context.files.resolve(out)
  await context.files.write(file, utf8Bytes(proven.tlogProof))
  const next = `seaworthy verify ${shellWordOf(file)} --trust ${shellWordOf(proven.noteKey)}`
  return {
    exit: EXIT.ok,
    data: { ...proven, paths: { out: file } },
    text: `${harmlessLine(file)}\nverify it anywhere: ${harmlessLine(next)}`,
  }
}

async function openArtefact(
  files: CommandContext['files'],
  path: string | undefined,
  digest: string | undefined,
): Promise<AttestedArtefact> {
  if (digest !== undefined && path === undefined) return artefactOfDigest(digest)
  if (path === undefined || digest !== undefined)
    throw attestationFault(
      'ATTESTATION_DEMAND_REFUSED',
      'expected either --artefact FILE or --digest ALGORITHM:HEX',
    )
  return artefactOf(await files.read(path, ARTEFACT_LIMIT_BYTES))
}

async function openRoots(
  files: CommandContext['files'],
  path: string | undefined,
): Promise<TrustedRoots> {
  return path === undefined
    ? openCarriedRoots()
    : readTrustedRoots(path, await files.read(path, TRUSTED_ROOT_LIMIT_BYTES))
}
