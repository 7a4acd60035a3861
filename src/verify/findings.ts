// What can be wrong with a bundle, by code: the one place that says what each finding means.

/**
 * Findings of `verify`. Each one makes the bundle INVALID: a bundle is proven whole or not at all. Codes are
 * stable; texts are for people and name what was expected, what was got and where.
 */
export const FINDING_TITLES = {
  VERIFY_CONTAINER_REFUSED: 'The container is not a canonical bundle',
  VERIFY_FILE_UNKNOWN: 'The bundle has a file that its format does not know',
  VERIFY_FILE_MISSING: 'The bundle lacks a file that every bundle has',
  VERIFY_FILE_DIFFERS: 'A file is not the one that the manifest lists',
  VERIFY_FILE_MALFORMED: 'A file cannot be read as what its name says',
  VERIFY_SIGNER_MISSING: 'The key that signed the manifest is not in the bundle',
  VERIFY_SIGNER_UNTRUSTED: 'The key that signed the manifest is not the trusted one',
  VERIFY_MANIFEST_SIGNATURE_BROKEN: 'The signature of the manifest does not fit its bytes',
  VERIFY_MANIFEST_DIFFERS: 'The manifest and the content speak of different things',
  VERIFY_KEY_UNTRUSTED: 'A statement is signed by a key that nobody vouches for',
  VERIFY_KEY_USE_REFUSED: 'A key signed something that it may not sign',
  VERIFY_KEY_REVOKED: 'A key signed something that was recorded after it was revoked',
  VERIFY_KEY_NOT_YET_VALID: 'A key signed something that was recorded before it was registered',
  VERIFY_TRUSTED_ROOT_DIFFERS: 'The trusted root names other keys than the bundle rests on',
  VERIFY_POLICY_DIFFERS: 'The policy is not the one that was decided by',
  VERIFY_CHECKPOINT_REFUSED: 'The ledger checkpoint is not signed by the ledger',
  VERIFY_QUORUM_MISSED: 'Too few of the named witnesses cosigned the ledger checkpoint',
  VERIFY_CONSISTENCY_BROKEN:
    'The ledger of the decision is not the beginning of the ledger in the bundle',
  VERIFY_ENTRY_MALFORMED: 'A ledger entry cannot be read',
  VERIFY_ENTRY_NOT_INCLUDED: 'A ledger entry is not in the ledger that the checkpoint names',
  VERIFY_ENTRY_LINK_BROKEN: 'A ledger entry does not follow the one before it',
  VERIFY_ENTRIES_LEFT_OUT:
    'The ledger holds more entries about this release or its service than the bundle shows',
  VERIFY_ENTRY_NUMBER_REPEATED: 'Two ledger entries say that equally many came before them',
  VERIFY_ENTRY_PAYLOAD_DIFFERS:
    'The disclosed payload of a ledger entry is not the one that was committed to',
  VERIFY_ENTRY_ERASURE_UNPROVEN:
    'A payload is said to have been erased, and no entry of the bundle attests it',
  VERIFY_ENTRY_DIFFERS: 'A ledger entry and the statement it records say different things',
  VERIFY_ENTRY_MISSING: 'Nothing in the ledger records this',
  VERIFY_STATEMENT_MISSING: 'The ledger records a statement that the bundle does not have',
  VERIFY_STATEMENT_MALFORMED: 'A statement cannot be read',
  VERIFY_STATEMENT_SIGNATURE_BROKEN: 'The signature of a statement does not fit its bytes',
  VERIFY_STATEMENT_SUBJECT_DIFFERS: 'A statement is about something else than this release',
  VERIFY_STATEMENT_PLAN_DIFFERS: 'A statement rests on another plan than the one decided on',
  VERIFY_SIGNER_DIFFERS:
    'A statement names another person, role or runner than the key that signed it',
  VERIFY_EVIDENCE_MISSING: 'Evidence that a result rests on is not in the bundle',
  VERIFY_EVIDENCE_DIFFERS: 'Evidence is not what its digest or size says',
  VERIFY_EVIDENCE_UNREFERENCED: 'Evidence lies in the bundle that no statement rests on',
  VERIFY_PLAN_DIFFERS: 'The plan is not the one that was decided on',
  VERIFY_DEFINITION_DIFFERS: 'A gate ran under another definition than the plan has',
  VERIFY_ATTEMPT_REPEATED: 'One attempt of a gate is recorded twice',
  VERIFY_ATTEMPT_UNRECORDED: 'A green result rests on an attempt after which another one began',
  VERIFY_RESULT_DIFFERS: "A gate's result is not what its evidence shows",
  VERIFY_CONSUMED_DIFFERS: 'A gate ran with another value than the gate it takes it from produced',
  VERIFY_TERMS_DIFFER: 'The run was started on other terms than the decision says',
  VERIFY_SIGN_OFF_DIFFERS:
    'The sign-offs decided on are not the ones that were signed and recorded',
  VERIFY_AUTHOR_DIFFERS: 'The author decided on is not the one the release was opened with',
  VERIFY_PERSON_DIFFERS:
    'The bundle counts a key as another person than the ledger recorded when it signed',
  VERIFY_REVIEW_DIFFERS:
    'The reviews of the plan decided on are not the ones that were signed and recorded',
  VERIFY_REGISTER_DIFFERS:
    'Risks, waivers, conditions or policy decided on are not the ones that people signed',
  VERIFY_REGENERATED_DIFFERS: 'The second set is not what its evidence shows against the first',
  VERIFY_TIME_IMPOSSIBLE: 'Something is dated before or after what the ledger allows',
  VERIFY_DECISION_MISSING: 'No signed decision rests on these decision inputs',
  VERIFY_DECISION_DIFFERS: 'The decision is not what follows from its inputs',
  VERIFY_DECISION_SUPERSEDED: 'A later decision on this release in its environment is recorded',
  VERIFY_NOTHING_CHECKED: 'The bundle lacks something without which there is nothing to prove',
  VERIFY_INSPECTION_BROKEN: 'The inspection itself could not be finished',
} as const

export type FindingCode = keyof typeof FINDING_TITLES

export interface Finding {
  readonly code: FindingCode
  /** File of the bundle, when one is at fault. */
  readonly path?: string
  readonly text: string
}

/** Findings beyond this many are counted, not kept. */
export const FINDING_LIMIT = 200
