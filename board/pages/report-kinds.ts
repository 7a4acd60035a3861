// The reports of a release, each with the question it answers.

export const REPORTS = [
  { kind: 'decision', name: 'Release report', text: 'May it go, and what does that rest on?' },
  { kind: 'evaluation', name: 'Pre-update evaluation', text: 'What is missing before it may go?' },
  { kind: 'readiness', name: 'Readiness by area', text: 'How far is each area?' },
  { kind: 'closure', name: 'End-of-update report', text: 'What was reached, what is left?' },
  { kind: 'audit', name: 'Audit closure', text: 'Which risks are closed, by which evidence?' },
  { kind: 'metrics', name: 'Release metrics', text: 'How long, how often, how much?' },
  { kind: 'diff', name: 'Before and after', text: 'What is worse after the deploy?' },
  { kind: 'controls', name: 'Evidence per control', text: 'What does an auditor get?' },
] as const
