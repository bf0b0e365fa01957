import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { actFor, call } from '@/api/http'
import { Problem } from '@/api/problem'
import { forgetDevice, rememberedMe, rememberMe } from '@/offline/device'
import type { components } from '@/api/contract'

export type Me = components['schemas']['MeOutput']
type SignedIn = components['schemas']['SignedInOutput']

/** Who is signed in, and on whose behalf they act. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)
  const behalf = ref<string | null>(null)
  // The server could not be asked: who was signed in last on this device, as far as it may work without a network.
  const remembered = ref(false)

  const signedIn = computed(() => me.value !== null)

  function may(permission: string): boolean {
    return me.value?.permissions?.includes(permission) ?? false
  }

  async function look(): Promise<void> {
    try {
      // Nobody being signed in is an answer and no error.
      arrive((await call<SignedIn>('/auth/session')).body.me ?? null)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 0 && rememberedMe()) {
        me.value = rememberedMe()
        remembered.value = true
      } else throw error
    } finally {
      asked.value = true
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    arrive((await call<Me>('/auth/login', { method: 'POST', body: { login, password } })).body)
  }

  async function changePassword(old: string, fresh: string): Promise<void> {
    arrive((await call<Me>('/auth/password', { method: 'POST', body: { old_password: old, new_password: fresh } })).body)
  }

  function arrive(who: Me | null): void {
    me.value = who
    asked.value = true
    remembered.value = false
    if (who) rememberMe(who)
  }

  /** Act for somebody absent from now on; null: for oneself again. */
  function stand(person: string | null): void {
    behalf.value = person
    actFor(person)
  }

  /** Sign out; nothing of the account stays on this device. */
  async function signOut(): Promise<void> {
    await call('/auth/logout', { method: 'POST' })
    const account = me.value?.account
    if (account) await forgetDevice(account)
    forget()
  }

  function forget(): void {
    me.value = null
    stand(null)
  }

  return { me, asked, behalf, remembered, signedIn, may, look, signIn, changePassword, stand, signOut, forget }
})
