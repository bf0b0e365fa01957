import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call } from '@/api/http'
import { Problem } from '@/api/problem'

export interface Post {
  unit: string
  unit_name: string
  role: string
  role_name: string
}

export interface Me {
  person: string | null
  name: string
  login: string
  posts: Post[]
  permissions: string[]
  stands_in_for: { person: string; name: string }[]
  must_change_password?: boolean
}

/** Who is signed in, and on whose behalf they act. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)
  const behalf = ref<string | null>(null)

  const signedIn = computed(() => me.value !== null)

  function may(permission: string): boolean {
    return me.value?.permissions.includes(permission) ?? false
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

  async function signOut(): Promise<void> {
    await call('/auth/logout', { method: 'POST' })
    forget()
  }

  function forget(): void {
    me.value = null
    behalf.value = null
  }

  return { me, asked, behalf, signedIn, may, look, signIn, signOut, forget }
})
