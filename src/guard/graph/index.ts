// The public names of the graph guard, gathered for the room's front door.
export type { CostTerms } from './cost-shapes.ts'
export type { ListSize } from './cost-directives.ts'
export { scoreFanOut, scoreTraversal } from './fan-out.ts'
export type { Expansion, FanOutTerms, Traversal, TraversalTerms } from './fan-out.ts'
export { makeGraphGuard } from './graph-guard.ts'
export type { GraphGuard, GraphGuardTerms, GraphRequest } from './graph-guard.ts'
export { ExecutionMeter, meterSchema } from './graph-meter.ts'
export { graphProblemBody, GraphRefusedError } from './graph-refused.ts'
export type { DocumentLike, SchemaLike, VariableValues } from './graph-shapes.ts'
export { GRAPH_LIMITS } from './graph-terms.ts'
export type {
  CostAnswer,
  CostRefusal,
  GraphExcess,
  GraphLimits,
  GraphProblem,
  GraphReason,
} from './graph-terms.ts'
export { guardMercurius, mercuriusGraphErrors } from './mercurius-binding.ts'
export type { GraphReplyLike, MercuriusAppLike, MercuriusContextLike } from './mercurius-binding.ts'
export { yogaGraphGuard } from './yoga-binding.ts'
export type { YogaGraphPlugin } from './yoga-binding.ts'
