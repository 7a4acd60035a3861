// The check that makes "artefact provenance verified" a gate: it collects what attestations show; the plan judges.
import type { CheckDescription, Json } from '../kernel/index.ts'
import { ARTEFACT_LIMIT_BYTES, artefactOf, artefactOfDigest } from './artefact.ts'
import { demandOf, KEY_FILE_LIMIT_BYTES } from './demand.ts'
import { attestationFault } from './errors.ts'
import { ATTESTATION_FILE_LIMIT_BYTES, readAttestations } from './file.ts'
import type { AttestationResult } from './model.ts'
import { openCarriedRoots, readTrustedRoots, TRUSTED_ROOT_LIMIT_BYTES } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const PATH = 'a path inside the workspace; may hold `$NAME`'

const PROVENANCE = {
  name: 'attestation-provenance',
  outward: 'reads',
  summary:
    'What Sigstore attestations show of an artefact, offline, for exactly one signer; files come from the runner’s workspace',
  parameters: {
    bundle: { type: 'text', isRequired: true, summary: `file of attestations, ${PATH}` },
    artefact: { type: 'text', isRequired: false, summary: `the artefact, ${PATH}; this or digest` },
    digest: {
      type: 'text',
      isRequired: false,
      summary: '`sha256:HEX` (or sha384, sha512) of the artefact; may hold `$NAME`',
    },
    issuer: {
      type: 'text',
      isRequired: false,
      summary: 'who vouches for the signer, letter by letter',
    },
    identity: {
      type: 'text',
      isRequired: false,
      summary: 'the signer, letter by letter; may hold `$NAME`',
    },
    source: {
      type: 'text',
      isRequired: false,
      summary:
        'repository that the workflow ran for, letter by letter; needed where a reusable workflow signs',
    },
    key: {
      type: 'text',
      isRequired: false,
      summary: `public key instead of issuer and identity, ${PATH}`,
    },
    predicateType: {
      type: 'text',
      isRequired: false,
      summary: 'predicate that the statement has to carry',
    },
    trustedRoot: {
      type: 'text',
      isRequired: false,
      summary: `trusted root, ${PATH}; without it the dated one that is carried`,
    },
  },
  fields: {
    isProven: 'true when at least one attestation shows everything that was demanded',
    isOfRelease: 'true when the artefact’s SHA-256 is one that the run’s release names',
    provenCount: 'how many do',
    attestationCount: 'how many the file holds',
    reasons: 'why the others do not, each once',
    issuer: 'of the first proven one; null without one',
    identity: 'likewise',
    source: 'likewise; null also where the certificate names none',
    predicateType: 'likewise',
    builder: 'likewise: who built it, as the statement says',
    inclusion: 'likewise: proof, or promise in bundles v0.1',
    signedAt: 'likewise: earliest time that a log or a timestamp authority signed',
    digests: 'the artefact’s digests by algorithm',
    trustedRootAsOf: 'day of the carried trusted root; null for a given one',
  },
} satisfies CheckDescription

export const ATTESTATION_CHECKS: readonly CheckDescription[] = [PROVENANCE]

export interface ProvenanceQuestion {
  /** Values of the parameters as the plan has them, with the run's own values filled in. */
  readonly values: Readonly<Record<string, string | number | boolean>>
  /** Digests that the run's release names, `sha256:HEX`. */
  readonly releaseDigests: readonly string[]
  /** Bytes of a file of the workspace. Rejects with the reason where it may not be read. */
  readonly readFile: (path: string, limitBytes: number) => Promise<Uint8Array>
}

/** Rejects when it could not collect, files that are missing included: then the gate is an ERROR. */
export async function collectProvenance(
  question: ProvenanceQuestion,
): Promise<Readonly<Record<string, Json>>> {
  const { values, readFile, releaseDigests } = question
  const text = (name: string): string | undefined =>
    Object.hasOwn(values, name) ? String(values[name]) : undefined
  const read = async (name: string, limitBytes: number): Promise<Uint8Array | undefined> => {
    const path = text(name)
    return path === undefined ? undefined : readFile(path, limitBytes)
  }
  const demand = demandOf({
    issuer: text('issuer'),
    identity: text('identity'),
    source: text('source'),
    predicateType: text('predicateType'),
    key: await read('key', KEY_FILE_LIMIT_BYTES),
  })
  const digest = text('digest')
  const bytes = await read('artefact', ARTEFACT_LIMIT_BYTES)
  if ((bytes === undefined) === (digest === undefined))
    throw attestationFault('ATTESTATION_DEMAND_REFUSED', 'expected either artefact or digest')
  const artefact = bytes === undefined ? artefactOfDigest(digest ?? '') : artefactOf(bytes)
  const root = await read('trustedRoot', TRUSTED_ROOT_LIMIT_BYTES)
  const trustedRoots =
    root === undefined
      ? await openCarriedRoots()
      : readTrustedRoots(text('trustedRoot') ?? '', root)
  const bundles = readAttestations(
    (await read('bundle', ATTESTATION_FILE_LIMIT_BYTES)) ?? new Uint8Array(),
  )
  const report = await verifyAttestations({ bundles, artefact, demand, trustedRoots })
  const proven = report.attestations.filter(({ isProven }) => isProven)
  const { sha256 } = artefact.digests
  return {
    isProven: report.isProven,
    isOfRelease:
      sha256 !== undefined &&
      releaseDigests.some((each) => each.replace(/^sha256:/, '') === sha256),
    provenCount: proven.length,
    attestationCount: report.attestations.length,
    reasons: [...new Set(report.attestations.flatMap(({ reasons }) => reasons))],
    ...factsOf(proven[0]),
    digests: { ...artefact.digests },
    trustedRootAsOf: report.trustedRoot.asOf,
  }
}

function factsOf(result: AttestationResult | undefined): Readonly<Record<string, Json>> {
  const signer = result?.signer?.kind === 'identity' ? result.signer : undefined
  return {
    issuer: signer?.issuer ?? null,
    identity: signer?.identity ?? null,
    source: signer?.source ?? null,
    predicateType: result?.predicateType ?? null,
    builder: result?.builder ?? null,
    inclusion: result?.inclusion ?? null,
    signedAt: result?.times.map(({ at }) => at).toSorted()[0] ?? null,
  }
}
