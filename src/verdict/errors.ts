// The codes that plans and decision inputs are refused with.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const verdictErrors = defineErrors({
  VERDICT_PLAN_SHAPE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The plan does not have the shape of a plan',
    hint: 'Look at the path in the message: a key is missing, unknown or of the wrong kind.',
  },
  VERDICT_PLAN_ID_DUPLICATE: {
    status: 422,
    exit: 2,
    title: 'Two things in the plan share one id',
    hint: 'Give every gate its own id, and every slot and toggle an id of its own within its gate.',
  },
  VERDICT_PLAN_SOAK_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A gate cannot be held over a window as the plan says',
    hint: 'A soak repeats a read of type http, promql, command or sql, at most 1000 times.',
  },
  VERDICT_PLAN_NEED_UNKNOWN: {
    status: 422,
    exit: 2,
    title: 'A gate needs a gate that the plan does not have',
    hint: 'Correct the id under `needs`, or add the gate.',
  },
  VERDICT_PLAN_CHILD_UNKNOWN: {
    status: 422,
    exit: 2,
    title: 'A roll-up names a child that the plan does not have',
    hint: 'Correct the id under `children`, or add the gate.',
  },
  VERDICT_PLAN_EDGE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A gate takes a value that it cannot be given',
    hint: 'Under `consumes`, name a parameter of a command, http or promql gate, and a slot or toggle of another gate; secrets come with --secret.',
  },
  VERDICT_PLAN_CYCLE_FOUND: {
    status: 422,
    exit: 2,
    title: 'Gates wait for each other in a circle',
    hint: 'Remove one of the `needs`, `consumes` or `children` along the path in the message.',
  },
  VERDICT_PLAN_ASSERTION_REFUSED: {
    status: 422,
    exit: 2,
    title: 'An assertion cannot be judged as written',
    hint: 'Check that the reading fits the check, the value fits the operator, and `fills` names slots and toggles of the gate.',
  },
  VERDICT_PLAN_PATTERN_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A pattern is outside the bounded pattern language',
    hint: 'Use literals, classes, anchors, groups and single quantifiers; no back-reference, look-around or nested quantifier.',
  },
  VERDICT_PLAN_PATH_REFUSED: {
    status: 422,
    exit: 2,
    title: 'A JSON path is outside the path language',
    hint: "Use steps such as $.a.b[0]['x'].",
  },
  VERDICT_INPUTS_SHAPE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The decision inputs do not have the shape of decision inputs',
    hint: 'Look at the path in the message: a key is missing, unknown, repeated or of the wrong kind.',
  },
  VERDICT_CAPTURE_SHAPE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The capture does not have the shape of a capture',
    hint: 'Look at the path in the message: a key is missing, unknown or of the wrong kind.',
  },
})

export const verdictFault = faultsOf(verdictErrors)
