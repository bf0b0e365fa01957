import { defineStore } from 'pinia'
import { ref } from 'vue'
import { readDefinitions } from '@/api/definitions'

/** Which processes grade their cases; asked for with the first case that is shown. */
export const useGraded = defineStore('graded', () => {
  const keys = ref<ReadonlySet<string> | null>(null)
  let asked = false

  /** Whether cases of a process get a grade at some time; no as long as that is not known. */
  function of(flow: string): boolean {
    if (!asked) void ask()
    return keys.value?.has(flow) ?? false
  }

  async function ask(): Promise<void> {
    asked = true
    try {
      keys.value = new Set((await readDefinitions()).filter((one) => one.is_graded).map((one) => one.key))
    } catch {
      asked = false
    }
  }

  return { of }
})
