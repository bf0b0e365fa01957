import { readCase } from '@/api/cases'
import { act } from '@/api/tasks'

/** Take one's own completion back; the task in which the step is done again, or null where it cannot be seen. */
export async function recall(task: string): Promise<string | null> {
  const { body } = await act(task, 'recall', {})
  const { tasks } = await readCase(body.case_id)
  // The step opens again as the case's newest task.
  const newest = tasks.reduce<(typeof tasks)[number] | null>((one, other) => (one && number(one.id) > number(other.id) ? one : other), null)
  return newest?.id ?? null
}

function number(task: string): number {
  return Number(task.split('.')[1])
}
