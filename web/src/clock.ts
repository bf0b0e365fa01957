import { readonly, ref } from 'vue'

const ticking = ref(Date.now())

// One ticking clock for all rows: what is left is shown in minutes at the finest.
setInterval(() => (ticking.value = Date.now()), 20_000)

/** The present, in milliseconds, moving on every twenty seconds. */
export const now = readonly(ticking)
