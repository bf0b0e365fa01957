import { ref, shallowRef } from 'vue'
import { Problem } from '@/api/problem'
import { readRegistrations, type Registration } from '@/api/registrations'
import { onDevice } from '@/offline/database'
import { useSession } from '@/stores/session'

const KNOWN = 'registrations'

/** What may be registered: from the server, or as this device knows it when there is no network. */
export function useRegistrations() {
  const session = useSession()
  const items = shallowRef<Registration[] | null>(null)
  const failure = ref<unknown>(null)

  async function load(): Promise<void> {
    failure.value = null
    const account = session.me?.account ?? ''
    try {
      items.value = await readRegistrations()
      await onDevice.remember(account, KNOWN, items.value).catch(() => undefined)
    } catch (error) {
      const kept = error instanceof Problem && error.passing ? await onDevice.recall<Registration[]>(account, KNOWN) : null
      if (kept) items.value = kept
      else failure.value = error
    }
  }

  return { items, failure, load }
}
