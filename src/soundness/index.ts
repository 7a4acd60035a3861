// Front door of soundness.
export type { CodeBlock, DocumentPosition, Finding } from './block.ts'
export { classifyBlock, examineBlock } from './effect.ts'
export type { BlockClass } from './effect.ts'
export { lintBlock } from './lint.ts'
export { renderFindings } from './rendering.ts'
export { LINT_RULES } from './rules.ts'
export { explainRule } from './rules-page.ts'
export { toSarif } from './sarif.ts'
