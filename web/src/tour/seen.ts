import { ref } from 'vue'

const key = (account: string): string => `bihuan.tour.${account}`

/** Whether the tour is on. */
export const touring = ref(false)

/** Whether an account has ended the tour on this device, at its end or before. */
export function hasSeen(account: string): boolean {
  try {
    return localStorage.getItem(key(account)) !== null
  } catch {
    // Nothing is kept here: it would come again and again.
    return true
  }
}

export function markSeen(account: string): void {
  try {
    localStorage.setItem(key(account), new Date().toISOString())
  } catch {
    // Nothing is kept here.
  }
}
