import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { freshKey } from '@/api/http'
import { i18n } from '@/i18n'
import { onDevice } from '@/offline/database'
import { alone, Queue } from '@/offline/queue'
import { server } from '@/offline/server'
import type { Waiting } from '@/offline/waiting'
import { online } from '@/shell/network'
import { say } from '@/shell/notes'
import { useSession } from './session'

const AGAIN = 20_000
const CHANNEL = 'bihuan.waiting'

/** What this account registered or completed on this device and the server does not have yet. */
export const useWaiting = defineStore('waiting', () => {
  const session = useSession()
  const items = shallowRef<Waiting[]>([])
  const arrived = shallowRef<Waiting | null>(null)
  const count = computed(() => items.value.length)
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)

  let queue: Queue | null = null
  let timer: ReturnType<typeof setInterval> | undefined
  let handing: string | null = null

  function mine(): Queue | null {
    const account = session.me?.account
    if (!account) return null
    if (queue?.account !== account) queue = new Queue(account, onDevice, server, alone, changed, (one) => one.behalf === session.behalf)
    return queue
  }

  function changed(): void {
    channel?.postMessage('changed')
    void look()
  }

  async function look(): Promise<void> {
    items.value = (await mine()?.all()) ?? []
  }

  /** A new waiting thing of the caller's, with its key. */
  function make(given: Pick<Waiting, 'kind' | 'title' | 'values' | 'photos'> & Partial<Waiting>): Waiting {
    return {
      id: freshKey(),
      account: session.me!.account!,
      behalf: session.behalf,
      made_at: new Date().toISOString(),
      key: freshKey(),
      words: {},
      sent_photos: 0,
      start: null,
      case_id: null,
      case_code: '',
      task: null,
      refused: null,
      ...given,
    }
  }

  /** Keep it, then try to send it at once. */
  async function add(waiting: Waiting): Promise<void> {
    // What the page holds is proxies; the database wants plain values.
    handing = waiting.id
    await mine()?.add({ ...waiting, values: JSON.parse(JSON.stringify(waiting.values)), photos: [...waiting.photos] })
    await sync()
    handing = null
    // Whoever handed it in asks next whether it is still here.
    await look()
  }

  async function drop(id: string): Promise<void> {
    await mine()?.drop(id)
  }

  async function sync(): Promise<void> {
    if (!online.value || session.remembered) return
    await mine()?.sync((waiting) => {
      arrived.value = waiting
      // Whoever hands something in sees on the page that it arrived.
      if (waiting.id !== handing) say(i18n.global.t('waiting.arrived', { title: waiting.title }))
    })
    await look()
  }

  /** Everything this account has on this device goes. */
  async function forget(account: string): Promise<void> {
    await onDevice.forget(account)
    items.value = []
  }

  /** From now on send what waits, whenever there is a chance. */
  function begin(): void {
    void look().then(sync)
    if (timer !== undefined) return
    timer = setInterval(() => {
      if (items.value.some((waiting) => !waiting.refused)) void sync()
    }, AGAIN)
    addEventListener('online', () => void session.look().then(sync).catch(() => undefined))
    channel?.addEventListener('message', () => void look())
  }

  return { items, arrived, count, make, add, drop, look, sync, forget, begin }
})
