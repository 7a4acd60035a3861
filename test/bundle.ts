// Builds small real bundles, honest ones and forged ones: real keys, real ledger leaves, real judgements.
import { base64Of, canonicalBytes, utf8Bytes } from '../src/kernel/index.ts'
import {
  buildConsistencyProof,
  describeBundle,
  formatBundleConsistency,
  formatBundleEntries,
  formatTrust,
  formatTrustedRoot,
  keyIdOf,
  packBundle,
  sealCheckpoint,
} from '../src/proof/index.ts'
import type { BundleFile, Trust } from '../src/proof/index.ts'
import type { RegisterAct } from '../src/register/index.ts'
import { planHashOf, policyOf, RULES_EDITION } from '../src/verdict/index.ts'
import type { DecisionInputs, Plan } from '../src/verdict/index.ts'
import { Packing, treeOf } from './bundle-packing.ts'
import { freshBundleKeys, peopleOf, trustOf } from './bundle-people.ts'
import type { BundleKeys, People } from './bundle-people.ts'
import { recordDecision, recordPlan, recordRun, recordSignOffs } from './bundle-records.ts'
import type { BundleChanges } from './bundle-records.ts'
import { recordRegister, registerTerms } from './bundle-register.ts'
import type { BundleChange } from './bundle-register.ts'
import { recordSecond } from './bundle-second.ts'
import {
  ORIGIN,
  ORIGINAL,
  SERVICE,
  VERSION,
  aPlan,
  aSubject,
  inputsOf,
  instantAt,
} from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

export { freshBundleKeys } from './bundle-people.ts'
export type { BundleKeys } from './bundle-people.ts'
export { gzipEvidence } from './bundle-packing.ts'
export type { BundleChanges } from './bundle-records.ts'
export { aPlan } from './bundle-release.ts'

export interface BuiltBundle {
  readonly bytes: Uint8Array
  readonly trust: Trust
  readonly trustBytes: Uint8Array
  readonly keys: BundleKeys
  readonly files: readonly BundleFile[]
}

export async function aBundle(changes: BundleChanges = {}): Promise<BuiltBundle> {
  const keys = changes.keys ?? freshBundleKeys()
  const plan = changes.plan?.(aPlan()) ?? aPlan()
  const people = peopleOf(keys)
  const pack = new Packing(aSubject())
  const reviewed = await recordReview(pack, people, plan, changes)
  const decided = await recordDecided(pack, people, plan, reviewed, changes)
  const trust = trustOf(keys, people)
  const since = new Map(trust.keys.map(({ keyId }) => [keyId, instantAt(0)]))
  const manifestSigner = changes.manifestSigner ?? keys.plane
  const release = { service: SERVICE, version: VERSION }
  const readme = describeBundle(release, keyIdOf(nodeDigest, manifestSigner.publicKey))
  const honestFiles: readonly BundleFile[] = [
    { path: 'README.txt', bytes: utf8Bytes(readme) },
    { path: 'keys.json', bytes: formatTrust(changes.trust?.(trust) ?? trust) },
    { path: 'plan.json', bytes: canonicalBytes(changes.planFile?.(plan) ?? plan) },
    { path: 'documents/original.md', bytes: ORIGINAL },
    ...decided.files,
    {
      path: 'trusted-root.json',
      bytes: formatTrustedRoot(changes.trust?.(trust) ?? trust, changes.since?.(since) ?? since),
    },
    { path: 'policy.json', bytes: canonicalBytes(policyOf(plan, decided.inputs)) },
    ...pack.files.values(),
  ]
  const files = changes.files?.(honestFiles) ?? honestFiles
  const gates = plan.gates.map((gate) => gate.id)
  const draft = {
    release: changes.release ?? release,
    createdAt: instantAt(60),
    gates: changes.gates?.(gates) ?? gates,
    files,
  }
  const bytes = await packBundle(nodeDigest, draft, manifestSigner)
  return { bytes, trust, trustBytes: formatTrust(trust), keys, files }
}

/** Plan, run and sign-offs; gives the inputs as far as they are known before the decision. */
async function recordReview(
  pack: Packing,
  people: People,
  plan: Plan,
  changes: BundleChanges,
): Promise<DecisionInputs> {
  const planHash = planHashOf(nodeDigest, plan)
  const planReviews = await recordPlan(pack, people, planHash, pack.subject)
  const register = changes.register ?? []
  const isEarly = (each: BundleChange): boolean => each.isEarly === true
  const acts: RegisterAct[] = []
  await recordRegister(pack, people, register.filter(isEarly), acts)
  const recorded = await recordRun(pack, people, plan, changes)
  const late = register.filter((each) => !isEarly(each))
  await recordRegister(pack, people, late, acts)
  const rules = changes.isFirstEdition === true ? {} : { edition: RULES_EDITION, planReviews }
  const honest = {
    ...inputsOf(plan, planHash, pack.subject, recorded),
    ...rules,
    ...(changes.register === undefined ? {} : registerTerms(pack, acts, rules)),
  }
  const reviewed = changes.inputs?.(honest) ?? honest
  const signOffs = await recordSignOffs(pack, people, plan, reviewed, changes)
  return { ...reviewed, signOffs: changes.usedSignOffs?.(signOffs) ?? signOffs }
}

/** The decision on the ledger so far, and the ledger's files after it. */
async function recordDecided(
  pack: Packing,
  people: People,
  plan: Plan,
  reviewed: DecisionInputs,
  changes: BundleChanges,
): Promise<{ readonly inputs: DecisionInputs; readonly files: readonly BundleFile[] }> {
  const early = changes.facts?.(pack.facts) ?? pack.facts
  const from = { size: early.length, root: treeOf(early, changes.timeOf, changes.numberOf).root }
  const checkpoint = { origin: ORIGIN, size: from.size, root: base64Of(from.root) }
  const inputs: DecisionInputs = { ...reviewed, checkpoint }
  const decided = await recordDecision(pack, people.plane.signer, plan, inputs, changes)
  const last = changes.decided?.(decided) ?? decided
  const second =
    changes.second === undefined
      ? undefined
      : await recordSecond(people, plan, inputs, changes.second)
  for (const [path, file] of second?.pack.files ?? []) pack.files.set(path, file)
  const late = [...(second?.pack.facts ?? []), ...(changes.lateFacts?.(pack.facts) ?? [])]
  const all = [...early, last, ...late]
  const tree = treeOf(all, changes.timeOf, changes.numberOf)
  const to = { origin: ORIGIN, size: tree.hashes.length, root: tree.root }
  const proof = buildConsistencyProof(nodeDigest, tree.hashes, from.size)
  const note = await sealCheckpoint(nodeDigest, people.ledger, to)
  const entries = changes.entries?.(tree.entries) ?? tree.entries
  const files = [
    ...(second?.files ?? []),
    { path: 'decision-inputs.json', bytes: canonicalBytes(inputs) },
    { path: 'entries.json', bytes: formatBundleEntries(entries) },
    { path: 'checkpoint', bytes: utf8Bytes(note) },
    { path: 'consistency.json', bytes: formatBundleConsistency({ from, to, proof }) },
  ]
  return { inputs, files }
}
