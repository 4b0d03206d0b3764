/** Planning the operation takes too many steps. */
export class PlanningLimitError extends Error {
  override readonly name = 'PlanningLimitError';
}
