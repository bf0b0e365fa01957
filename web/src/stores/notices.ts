import { defineStore } from 'pinia'
import { ref } from 'vue'
import { countNotices } from '@/api/notices'
import { online } from '@/shell/network'
import { useSession } from './session'

const AGAIN = 60_000

/** How many notices the caller has not read: asked for every minute while somebody looks at the page. */
export const useNotices = defineStore('notices', () => {
  const session = useSession()
  const unread = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined

  async function look(): Promise<void> {
    if (document.visibilityState !== 'visible' || !online.value || session.remembered || !session.may('views:own')) return
    try {
      unread.value = await countNotices()
    } catch {
      // The number stays as it was; the next time tells.
    }
  }

  function begin(): void {
    void look()
    if (timer !== undefined) return
    timer = setInterval(() => void look(), AGAIN)
    document.addEventListener('visibilitychange', () => void look())
  }

  return { unread, look, begin }
})
