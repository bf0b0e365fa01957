import { BASE } from '@/api/http'

const POLL = 10_000
const SLOW_POLL = 60_000

/**
 * Call `look` whenever the inbox may have changed: when the server says so (`told`), and otherwise every ten seconds,
 * less often while the server's events arrive. Not while nobody looks at the page. Returns what ends it.
 */
export function whenChanged(look: (told: boolean) => Promise<void>): () => void {
  let heard = false
  let ended = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function again(told = false): Promise<void> {
    clearTimeout(timer)
    if (ended) return
    if (document.visibilityState === 'visible' && navigator.onLine) await look(told)
    if (!ended) timer = setTimeout(() => void again(), heard ? SLOW_POLL : POLL)
  }

  const source = new EventSource(`${BASE}/events`, { withCredentials: true })
  source.addEventListener('ready', () => (heard = true))
  source.addEventListener('inbox', () => void again(true))
  source.addEventListener('error', () => (heard = false))
  const woken = (): void => void again()
  document.addEventListener('visibilitychange', woken)
  addEventListener('online', woken)
  void again()

  return () => {
    ended = true
    clearTimeout(timer)
    source.close()
    document.removeEventListener('visibilitychange', woken)
    removeEventListener('online', woken)
  }
}
