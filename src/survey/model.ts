// Words of a survey: the files of a repository as they may be looked at, and the gates that follow from them.

/** A repository's files, read-only and bounded; paths are relative, with `/`. */
export interface RepositoryFiles {
  /** Every file that was listed, sorted. */
  readonly paths: readonly string[]
  /** Text of a listed file; undefined when it is no UTF-8 text or too large to be looked at. */
  read(path: string): Promise<string | undefined>
}

/** A gate that a checklist for this repository should have. */
export interface ProposedGate {
  readonly section: SectionName
  readonly title: string
  /** The file, with line or key, that gave rise to it. */
  readonly because: string
  /** A command that decides it; absent when a person has to. */
  readonly command?: string
  /** For gates that a person answers: what is to be written down. */
  readonly slots?: readonly string[]
}

/** Something seen that became no gate, and why. */
export interface Remark {
  readonly where: string
  readonly text: string
}

export interface Sightings {
  readonly gates: readonly ProposedGate[]
  readonly remarks: readonly Remark[]
}

/** Sections of the proposed checklist, in their order. */
export const SECTIONS = [
  'Code',
  'Dependencies',
  'Data',
  'Delivery',
  'Operations',
  'People',
] as const
export type SectionName = (typeof SECTIONS)[number]

export interface Survey extends Sightings {
  readonly service: string
  /** How many files were looked at. */
  readonly fileCount: number
}
