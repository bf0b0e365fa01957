import type { components } from '@/api/contract'
import { forgetDrafts } from '@/work/drafts'
import { onDevice } from './database'

type Me = components['schemas']['MeOutput']

const KEPT = 'bihuan.me'

/** Who is signed in, kept so that the app opens without a network. No secret is in it. */
export function rememberMe(me: Me): void {
  // Somebody else at this device: what the one before left half written is not theirs to see.
  const before = rememberedMe()
  if (before && before.account !== me.account) forgetDrafts()
  localStorage.setItem(KEPT, JSON.stringify({ ...me, csrf_token: undefined }))
}

/** Who was signed in last on this device and did not sign out. */
export function rememberedMe(): Me | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Me | null
  } catch {
    return null
  }
}

/** Nothing of an account stays on this device: what waits, drafts, what it knows. */
export async function forgetDevice(account: string): Promise<void> {
  localStorage.removeItem(KEPT)
  forgetDrafts()
  await onDevice.forget(account).catch(() => undefined)
}
