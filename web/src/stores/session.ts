import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { actFor, call } from '@/api/http'
import { Problem } from '@/api/problem'
import type { components } from '@/api/contract'

export type Me = components['schemas']['MeOutput']

/** Who is signed in, and on whose behalf they act. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)
  const behalf = ref<string | null>(null)

  const signedIn = computed(() => me.value !== null)

  function may(permission: string): boolean {
    return me.value?.permissions?.includes(permission) ?? false
  }

  async function look(): Promise<void> {
    try {
      me.value = (await call<Me>('/auth/me')).body
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      me.value = null
    } finally {
      asked.value = true
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    await call('/auth/login', { method: 'POST', body: { login, password } })
    await look()
  }

  async function changePassword(old: string, fresh: string): Promise<void> {
    await call('/auth/password', { method: 'POST', body: { old_password: old, new_password: fresh } })
    await look()
  }

  /** Act for somebody absent from now on; null: for oneself again. */
  function stand(person: string | null): void {
    behalf.value = person
    actFor(person)
  }

  async function signOut(): Promise<void> {
    await call('/auth/logout', { method: 'POST' })
    forget()
  }

  function forget(): void {
    me.value = null
    stand(null)
  }

  return { me, asked, behalf, signedIn, may, look, signIn, changePassword, stand, signOut, forget }
})
